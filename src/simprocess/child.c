#include "simprocess/child.h"

#include "process/spawn.h"
#include "simprocess/child_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- Starting --------------------------------------------------------------------------------- */

static void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

/* A descriptor that is none of the three that a child has. */
static int above_stderr(int fd)
{
    if (fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return moved;
}

static int make_pipe(int ends[2], int ours)
{
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    ends[0] = above_stderr(ends[0]);
    ends[1] = above_stderr(ends[1]);
    if (ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    int error = errno;
    close_both(ends);
    errno = error;
    return -1;
}

static int not_started(const char *program, int error, struct fault *f)
{
    if (error == ENOENT && strchr(program, '/') == NULL)
        return fault_trouble(f, "%s: neither an engine nor a program in PATH (a file here is ./%s)",
                             program, program);
    if (error == ENOENT && access(program, F_OK) == 0)
        return fault_trouble(f, "%s: its first line names an interpreter that is not there",
                             program);
    errno = error;
    return fault_errno(f, "%s", program);
}

int child_start(struct child *c, const char *const *words, struct fault *f)
{
    int to[2], from[2];
    *c = (struct child){0};
    signal(SIGPIPE, SIG_IGN);
    if (child_guard_start(f))
        return -1;
    if (make_pipe(to, 1))
        return fault_errno(f, "%s: pipe", words[0]);
    if (make_pipe(from, 0)) {
        close_both(to);
        return fault_errno(f, "%s: pipe", words[0]);
    }
    int error = process_spawn(&c->pid, to[0], from[1], true, words);
    close(to[0]);
    close(from[1]);
    c->to = to[1];
    c->from = from[0];
    if (!error) {
        child_guard_add(c->pid);
        return 0;
    }
    close(c->to);
    close(c->from);
    *c = (struct child){0};
    child_guard_stop();
    return not_started(words[0], error, f);
}

/* --- Its end ---------------------------------------------------------------------------------- */

/* Waits for the leader's end, then for those of its group that are ours by now. */
static int wait_for_group(pid_t leader)
{
    int status = 0;
    while (waitpid(leader, &status, 0) < 0 && errno == EINTR)
        ;
    while (waitpid(-leader, NULL, 0) > 0 || errno == EINTR)
        ;
    return status;
}

/* Kills the group, and gives the leader's status for waitpid's macros. One that has ended by itself
 * before, or is about to, keeps its own status. */
static int reap(struct child *c)
{
    kill(-c->pid, SIGKILL);
    child_guard_remove(c->pid);
    int status = wait_for_group(c->pid);
    child_guard_stop();
    close(c->to);
    close(c->from);
    *c = (struct child){0};
    return status;
}

void child_kill(struct child *c)
{
    if (c->pid)
        reap(c);
}

/* -1 and a rule: how it ended. */
static int ended(struct child *c, struct fault *f)
{
    int status = reap(c);
    if (WIFEXITED(status))
        return fault_rule(f, "it ended with status %d", WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGKILL)
        return fault_rule(f, "it closed its input or output, or was killed");
    return fault_rule(f, "it ended by signal %d (%s)", WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
}

/* --- What it reads and writes ----------------------------------------------------------------- */

static bool is_later(int error)
{
    return error == EAGAIN || error == EINTR;
}

ptrdiff_t child_write(struct child *c, const char *bytes, size_t n, struct fault *f)
{
    ssize_t wrote = write(c->to, bytes, n);
    if (wrote >= 0)
        return wrote;
    if (is_later(errno))
        return 0;
    return errno == EPIPE ? ended(c, f) : fault_errno(f, "writing to it");
}

ptrdiff_t child_read(struct child *c, char *out, size_t n, struct fault *f)
{
    ssize_t got = read(c->from, out, n);
    if (got > 0)
        return got;
    if (got < 0 && is_later(errno))
        return 0;
    return got == 0 ? ended(c, f) : fault_errno(f, "reading from it");
}

bool child_wait(const struct child *c, bool write, int64_t microseconds)
{
    struct pollfd p[2] = {{.fd = c->from, .events = POLLIN}, {.fd = c->to, .events = POLLOUT}};
    struct timespec most = {microseconds / 1000000, microseconds % 1000000 * 1000};
    return ppoll(p, write ? 2 : 1, &most, NULL) > 0;
}

int child_check(struct child *c, struct fault *f)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid
               ? ended(c, f)
               : 0;
}

int child_fault(const char *node, const char *program, uint64_t line, struct fault *f)
{
    char text[sizeof f->text], where[32] = "";
    memcpy(text, f->text, sizeof text);
    if (line)
        snprintf(where, sizeof where, "line %llu: ", (unsigned long long)line);
    return f->kind == FAULT_RULE && line
               ? fault_rule(f, "%s: %s%s", program, where, text)
               : fault_trouble(f, "%s (%s): %s%s", node, program, where, text);
}
