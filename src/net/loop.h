/* A program's poll loop: one thread waits for many descriptors (epoll), for deadlines, and for
 * signals that end it. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/fault.h"
#include "base/timers.h"

#include <stdbool.h>
#include <stdint.h>

/* LOOP_ERROR (an error or a hang-up) is always reported, together with all events that are waited
 * for, so that the next read or write finds it. */
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_ERROR = 4 };

struct loop;

/* A descriptor in the loop. The caller owns the struct (all zero at first) and the descriptor. */
struct watch {
    int fd;
    unsigned events; /* events waited for */
    void (*ready)(void *self, unsigned events);
    void *self;
    bool added; /* private to loop.c, like the next field */
    struct loop *loop;
};

/* NULL and trouble. */
struct loop *loop_new(struct fault *f);
void loop_free(struct loop *l);

/* Starts waiting for events on w->fd (set fd, ready and self before); call it again to change the
 * events. A regular file or another descriptor that epoll refuses counts as always ready. 0, or -1
 * and trouble. */
int loop_watch(struct loop *l, struct watch *w, unsigned events, struct fault *f);

/* Stops waiting: ready is not called any more, not even for an event that has already been fetched;
 * the struct may be freed at once, also within a ready function. */
void loop_unwatch(struct watch *w);

/* Sets or changes a timer, by the clock of loop_now. 0, or -1: no memory, and it is not set. */
int loop_set_timer(struct loop *l, struct timer *t, int64_t due);
void loop_cancel_timer(struct loop *l, struct timer *t);

/* Waits at most so many milliseconds (-1: for ever), calls the functions of ready descriptors, and
 * then the timers that are due. 0, or -1 and trouble. */
int loop_turn(struct loop *l, int milliseconds, struct fault *f);

/* Makes SIGINT, SIGTERM and SIGHUP only set loop_stopped (and wake loop_turn), and ignores SIGPIPE.
 * A signal that was ignored already (nohup) stays ignored. 0, or -1 and trouble. */
int loop_catch_signals(struct loop *l, struct fault *f);

/* The signal received, or 0. */
int loop_stopped(const struct loop *l);

/* The monotonic clock, in milliseconds. */
int64_t loop_now(void);

#endif
