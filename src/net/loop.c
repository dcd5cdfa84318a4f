#include "net/loop.h"

#include "base/array.h"
#include "base/signals.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

struct loop {
    int fd;
    /* The events of this turn: those from `next` on are not reported yet. */
    struct epoll_event batch[BATCH];
    int next, fetched;
    /* Descriptors that epoll refuses; NULL: a free place. */
    struct watch **always;
    size_t count, cap;
    struct watch signals;
    struct timers timers;
    int stopped;
};

struct loop *loop_new(struct fault *f)
{
    struct loop *l = calloc(1, sizeof *l);
    if (!l) {
        fault_memory(f);
        return NULL;
    }
    l->signals.fd = -1;
    l->fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->fd < 0) {
        fault_errno(f, "cannot make a poll loop");
        free(l);
        return NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->signals.fd >= 0)
        close(l->signals.fd);
    close(l->fd);
    timers_free(&l->timers);
    free(l->always);
    free(l);
}

/* --- Watching ----------------------------------------------------------------------------- */

static int always_add(struct loop *l, struct watch *w, struct fault *f)
{
    size_t i = 0;
    while (i < l->count && l->always[i])
        i++;
    if (ARRAY_RESERVE(l->always, l->cap, i + 1))
        return fault_memory(f);
    l->always[i] = w;
    l->count += i == l->count;
    return 0;
}

/* Whether w was there. */
static bool always_remove(struct loop *l, const struct watch *w)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->always[i] == w) {
            l->always[i] = NULL;
            return true;
        }
    return false;
}

static bool always_has(const struct loop *l, const struct watch *w)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->always[i] == w)
            return true;
    return false;
}

/* 0; 1: epoll refuses this descriptor; -1 and trouble. */
static int tell_epoll(struct loop *l, struct watch *w, unsigned events, struct fault *f)
{
    struct epoll_event e = {.data.ptr = w};
    e.events = (events & LOOP_READ ? EPOLLIN : 0U) | (events & LOOP_WRITE ? EPOLLOUT : 0U);
    if (epoll_ctl(l->fd, w->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd, &e) == 0)
        return 0;
    return errno == EPERM ? 1 : fault_errno(f, "cannot wait for a descriptor");
}

int loop_watch(struct loop *l, struct watch *w, unsigned events, struct fault *f)
{
    if (w->added && w->loop == l && w->events == events)
        return 0;
    bool known = w->added && always_has(l, w);
    int result = known ? 0 : tell_epoll(l, w, events, f);
    if (result > 0)
        result = always_add(l, w, f);
    if (result)
        return -1;
    w->added = true;
    w->loop = l;
    w->events = events;
    return 0;
}

void loop_unwatch(struct watch *w)
{
    struct loop *l = w->loop;
    if (!w->added)
        return;
    w->added = false;
    if (always_remove(l, w))
        return;
    epoll_ctl(l->fd, EPOLL_CTL_DEL, w->fd, NULL);
    for (int i = l->next; i < l->fetched; i++)
        if (l->batch[i].data.ptr == w)
            l->batch[i].data.ptr = NULL;
}

/* --- A turn ------------------------------------------------------------------------------- */

/* A reader or writer meets the error or the end in its next call. */
static void tell(struct watch *w, uint32_t events)
{
    unsigned told = (events & EPOLLIN ? LOOP_READ : 0U) | (events & EPOLLOUT ? LOOP_WRITE : 0U);
    if (events & (EPOLLERR | EPOLLHUP))
        told |= LOOP_READ | LOOP_WRITE | LOOP_ERROR;
    told &= w->events | LOOP_ERROR;
    if (told)
        w->ready(w->self, told);
}

static bool has_always(const struct loop *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->always[i] && l->always[i]->events)
            return true;
    return false;
}

/* Descriptors added meanwhile are reported from the next turn on. */
static void tell_always(struct loop *l)
{
    size_t n = l->count;
    for (size_t i = 0; i < n; i++)
        if (l->always[i])
            tell(l->always[i], EPOLLIN | EPOLLOUT);
    while (l->count && !l->always[l->count - 1])
        l->count--;
}

int loop_set_timer(struct loop *l, struct timer *t, int64_t due)
{
    return timers_set(&l->timers, t, due);
}

void loop_cancel_timer(struct loop *l, struct timer *t)
{
    timers_cancel(&l->timers, t);
}

/* How long to wait for descriptors: until the first timer is due, at most. */
static int wait_time(const struct loop *l, int milliseconds)
{
    int64_t next = timers_next(&l->timers);
    if (has_always(l))
        return 0;
    if (next == INT64_MAX)
        return milliseconds;
    int64_t left = next - loop_now();
    if (left < 0)
        left = 0;
    if (milliseconds >= 0 && left > milliseconds)
        return milliseconds;
    return left < INT_MAX ? (int)left : INT_MAX;
}

int loop_turn(struct loop *l, int milliseconds, struct fault *f)
{
    int n = epoll_wait(l->fd, l->batch, BATCH, wait_time(l, milliseconds));
    if (n < 0)
        return errno == EINTR ? 0 : fault_errno(f, "cannot wait");
    l->fetched = n;
    for (l->next = 0; l->next < l->fetched;) {
        const struct epoll_event *e = &l->batch[l->next++];
        if (e->data.ptr)
            tell(e->data.ptr, e->events);
    }
    l->next = l->fetched = 0;
    tell_always(l);
    timers_fire(&l->timers, loop_now());
    return 0;
}

/* --- Signals and the clock ---------------------------------------------------------------- */

static void take_signal(void *self, unsigned events)
{
    struct loop *l = self;
    struct signalfd_siginfo info;
    (void)events;
    while (read(l->signals.fd, &info, sizeof info) == (ssize_t)sizeof info)
        l->stopped = (int)info.ssi_signo;
}

int loop_catch_signals(struct loop *l, struct fault *f)
{
    sigset_t set = signals_that_end();
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGPIPE, &ignore, NULL) || pthread_sigmask(SIG_BLOCK, &set, NULL))
        return fault_errno(f, "cannot catch signals");
    int fd = signalfd(l->signals.fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return fault_errno(f, "cannot catch signals");
    l->signals.fd = fd;
    l->signals.ready = take_signal;
    l->signals.self = l;
    return loop_watch(l, &l->signals, LOOP_READ, f);
}

int loop_stopped(const struct loop *l)
{
    return l->stopped;
}

int64_t loop_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
