#include "base/waits.h"

#include "base/workers.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>

static waits_teller *teller(waits_teller *const *set)
{
    static _Atomic(waits_teller *) kept;
    if (set)
        atomic_store(&kept, *set);
    return atomic_load(&kept);
}

void waits_set_teller(waits_teller *tell)
{
    teller(&tell);
}

void waits_tell(const char *what)
{
    waits_teller *tell = teller(NULL);
    if (tell)
        tell(what);
}

int64_t waits_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A wait under way, and what the thread that reports it needs. */
struct wait {
    const char *path;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool over;
};

static struct timespec from_milliseconds(int64_t t)
{
    return (struct timespec){.tv_sec = t / 1000, .tv_nsec = t % 1000 * 1000000};
}

/* Reports the wait, unless it ends first. */
static void *tell_later(void *self)
{
    struct wait *w = self;
    struct timespec until = from_milliseconds(waits_now() + WAITS_TOLD_AFTER);
    char what[PATH_MAX + 64];
    int result = 0;
    snprintf(what, sizeof what, "for another program that has %s locked", w->path);
    pthread_mutex_lock(&w->lock);
    while (!w->over && !result)
        result = pthread_cond_timedwait(&w->changed, &w->lock, &until);
    bool over = w->over;
    pthread_mutex_unlock(&w->lock);
    if (!over)
        waits_tell(what);
    return NULL;
}

/* False if no thread could be started: then the wait is silent. */
static bool begin(struct wait *w)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return workers_start(&w->thread, 1, tell_later, w) == 1;
}

static void end(struct wait *w, bool started)
{
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (started)
        pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

static int restarted(int fd, int operation)
{
    while (flock(fd, operation))
        if (errno != EINTR)
            return -1;
    return 0;
}

int waits_flock(int fd, int operation, const char *path)
{
    if (restarted(fd, operation | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return -1;
    struct wait w = {.path = path};
    bool started = begin(&w);
    int result = restarted(fd, operation), error = errno;
    end(&w, started);
    errno = error;
    return result;
}
