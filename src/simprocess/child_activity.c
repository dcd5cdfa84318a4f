#include "simprocess/child_activity.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    THREADS_MAX = 10000, /* of a child and all its children */
    DEPTH_MAX = 16,      /* of children of children */
};

/* A look at all threads. `ran` changes if one of them ran, began or ended. */
struct look {
    bool busy, timed, seen;
    uint64_t ran;
    int threads;
};

/* Reads a small file of a thread, which ends with a NUL. Its length, or -1. */
static ssize_t read_small(pid_t pid, const char *thread, const char *name, char *out, size_t size)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task/%s/%s", (int)pid, thread, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    out[n > 0 ? n : 0] = 0;
    return n;
}

/* --- What a thread waits for ------------------------------------------------------------------ */

/* Which argument of a system call bounds its wait: a pointer to a time or NULL, or milliseconds or
 * -1 in an int. */
static const struct {
    long call;
    int pointer, number;
} bounded[] = {
#ifdef SYS_poll
    {SYS_poll, -1, 2},
#endif
#ifdef SYS_select
    {SYS_select, 4, -1},
#endif
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, -1, 3},
#endif
#ifdef SYS_epoll_pwait2
    {SYS_epoll_pwait2, 3, -1},
#endif
    {SYS_ppoll, 2, -1},
    {SYS_pselect6, 4, -1},
    {SYS_epoll_pwait, -1, 3},
    {SYS_futex, 3, -1},
    {SYS_rt_sigtimedwait, 2, -1},
    {SYS_nanosleep, 0, -1},
    {SYS_clock_nanosleep, 2, -1},
};

/* Whether the system call that /proc shows as "NUMBER ARG ARG ..." ends at some time. */
static bool is_timed(const char *text)
{
    unsigned long long arg[6] = {0};
    char *end;
    long call = strtol(text, &end, 10);
    for (int i = 0; i < 6; i++)
        arg[i] = strtoull(end, &end, 16);
    for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++)
        if (bounded[i].call == call)
            return bounded[i].pointer >= 0 ? arg[bounded[i].pointer] != 0
                                           : (int)arg[bounded[i].number] >= 0;
    return call == SYS_restart_syscall;
}

/* --- Threads, and children -------------------------------------------------------------------- */

/* The letter of the thread's state, after the name in brackets, which may hold anything. */
static char state_of(const char *stat)
{
    const char *bracket = strrchr(stat, ')');
    return bracket && bracket[1] == ' ' ? bracket[2] : 'R';
}

/* How often it was given a processor: the third and last number of schedstat. */
static uint64_t times_run(const char *schedstat)
{
    const char *space = strrchr(schedstat, ' ');
    return space ? strtoull(space, NULL, 10) : 0;
}

static void look_at_process(struct look *l, pid_t pid, int depth);

static void look_at_children(struct look *l, const char *list, int depth)
{
    char *end;
    for (const char *at = list;; at = end) {
        long pid = strtol(at, &end, 10);
        if (end == at)
            return;
        look_at_process(l, (pid_t)pid, depth + 1);
    }
}

static void look_at_thread(struct look *l, pid_t pid, const char *thread, int depth)
{
    char text[4096];
    if (read_small(pid, thread, "stat", text, sizeof text) <= 0)
        return; /* it has just ended */
    char state = state_of(text);
    if (state == 'Z' || state == 'X')
        return;
    l->busy = l->busy || state != 'S';
    if (read_small(pid, thread, "schedstat", text, sizeof text) <= 0) {
        l->seen = false;
        return;
    }
    l->threads++;
    l->ran += times_run(text) + 1000003;
    if (read_small(pid, thread, "syscall", text, sizeof text) <= 0 ||
        strncmp(text, "running", 7) == 0)
        l->timed = true; /* nobody knows */
    else
        l->timed = l->timed || is_timed(text);
    if (read_small(pid, thread, "children", text, sizeof text) > 0)
        look_at_children(l, text, depth);
}

static void look_at_process(struct look *l, pid_t pid, int depth)
{
    char path[64];
    struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = depth < DEPTH_MAX ? opendir(path) : NULL;
    if (!d) {
        l->seen = l->seen && depth > 0 && depth < DEPTH_MAX;
        return;
    }
    while ((entry = readdir(d)) && l->threads < THREADS_MAX)
        if (entry->d_name[0] != '.')
            look_at_thread(l, pid, entry->d_name, depth);
    closedir(d);
}

static struct look look(const struct child *c)
{
    struct look l = {.seen = true};
    int unread = 0;
    if (ioctl(c->to, FIONREAD, &unread) == 0 && unread > 0)
        l.busy = true;
    look_at_process(&l, c->pid, 0);
    return l;
}

enum child_activity child_activity(const struct child *c)
{
    struct look first = look(c);
    if (!first.seen)
        return CHILD_UNSEEN;
    if (first.busy)
        return CHILD_BUSY;
    struct look again = look(c);
    if (again.busy || again.ran != first.ran)
        return CHILD_BUSY;
    return again.timed ? CHILD_TIMED : CHILD_WAITS;
}
