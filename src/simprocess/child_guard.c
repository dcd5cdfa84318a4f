#include "simprocess/child_guard.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct guard {
    pid_t *groups;
    size_t count, cap;
};

static void take(struct guard *g, pid_t word)
{
    if (word > 0) {
        if (ARRAY_RESERVE(g->groups, g->cap, g->count + 1) == 0)
            g->groups[g->count++] = word;
        return;
    }
    for (size_t i = 0; i < g->count; i++)
        if (g->groups[i] == -word) {
            g->groups[i] = g->groups[--g->count];
            return;
        }
}

/* It has no file open but the pipe, and no signal for the terminal's processes reaches it. */
static _Noreturn void guard_groups(int fd)
{
    struct guard g = {0};
    pid_t words[256];
    ssize_t n;
    setsid();
    dup2(fd, 0);
    close_range(1, ~0U, 0);
    while ((n = read(0, words, sizeof words)) > 0 || (n < 0 && errno == EINTR))
        for (ssize_t i = 0; i < n / (ssize_t)sizeof *words; i++)
            take(&g, words[i]);
    for (size_t i = 0; i < g.count; i++)
        kill(-g.groups[i], SIGKILL);
    _exit(0);
}

/* The guard of the process `owner`; one that was forked from it has none. */
struct guarded {
    pid_t owner, guard;
    int fd;
    size_t groups; /* it ends after the last of them */
};

static struct guarded *guarded(void)
{
    static struct guarded only; /* one for the whole process, as it ends only once */
    return &only;
}

static int start_guard(struct guarded *g, struct fault *f)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return fault_errno(f, "pipe");
    pid_t pid = fork();
    if (pid == 0)
        guard_groups(ends[0]);
    close(ends[0]);
    if (pid < 0) {
        close(ends[1]);
        return fault_errno(f, "fork");
    }
    *g = (struct guarded){.owner = getpid(), .guard = pid, .fd = ends[1]};
    return 0;
}

int child_guard_start(struct fault *f)
{
    struct guarded *g = guarded();
    if (g->owner == getpid())
        return 0;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
        return fault_errno(f, "prctl");
    return start_guard(g, f);
}

static void tell(pid_t word)
{
    while (write(guarded()->fd, &word, sizeof word) < 0 && errno == EINTR)
        ;
}

void child_guard_add(pid_t group)
{
    tell(group);
    guarded()->groups++;
}

void child_guard_remove(pid_t group)
{
    tell(-group);
    guarded()->groups--;
}

void child_guard_stop(void)
{
    struct guarded *g = guarded();
    if (g->owner != getpid() || g->groups > 0)
        return;
    close(g->fd);
    while (waitpid(g->guard, NULL, 0) < 0 && errno == EINTR)
        ;
    *g = (struct guarded){0};
}
