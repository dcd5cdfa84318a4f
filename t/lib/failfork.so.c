/*
 * No more processes: into a program with LD_PRELOAD, this has its FAILFORK_ATth fork, and all
 * later ones, fail as under a limit (ulimit -u), which root is not held to. Each process counts for
 * itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef pid_t forker(void);

static unsigned long seen;

static pid_t fork_or_fail(const char *name)
{
    const char *at = getenv("FAILFORK_AT");
    if (at && ++seen >= strtoul(at, NULL, 10)) {
        errno = EAGAIN;
        return -1;
    }
    union {
        void *symbol;
        forker *function;
    } real = {.symbol = dlsym(RTLD_NEXT, name)};
    pid_t child = real.function();
    if (child == 0)
        seen = 0;
    return child;
}

pid_t fork(void)
{
    return fork_or_fail("fork");
}

/* A child of vfork may not return from here: it is forked. */
pid_t vfork(void)
{
    return fork_or_fail("fork");
}
