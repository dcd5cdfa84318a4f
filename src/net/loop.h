/* The poll loop of a program: one thread that waits for many descriptors (epoll), and for signals
 * that end it. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* ERROR (or hang-up) is always told, together with all else that is waited for: who then reads or
 * writes meets it there. */
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_ERROR = 4 };

struct loop;

/* One descriptor's place in the loop. The caller owns the struct (all zero at first) and the
 * descriptor. */
struct watch {
    int fd;
    unsigned events; /* what is waited for */
    void (*ready)(void *self, unsigned events);
    void *self;
    bool added; /* loop.c's, as is the next */
    struct loop *loop;
};

/* NULL and trouble. */
struct loop *loop_new(struct fault *f);
void loop_free(struct loop *l);

/* Waits for events on w->fd from here on (set fd, ready and self before); may be called again to
 * change the events. A regular file or another descriptor that epoll does not take counts as always
 * ready. 0, or -1 and trouble. */
int loop_watch(struct loop *l, struct watch *w, unsigned events, struct fault *f);

/* Ends that: ready is not called for it any more, not even for an event that has already been
 * fetched; the struct may be freed at once, also within a ready function. */
void loop_unwatch(struct watch *w);

/* Waits at most so many milliseconds (-1: for ever) and calls what is ready. 0, or -1 and trouble.
 */
int loop_turn(struct loop *l, int milliseconds, struct fault *f);

/* From here on SIGINT, SIGTERM and SIGHUP only set what loop_stopped tells (and wake loop_turn);
 * SIGPIPE is ignored. One that was ignored already (nohup) stays ignored. 0, or -1 and trouble. */
int loop_catch_signals(struct loop *l, struct fault *f);

/* The signal that came, or 0. */
int loop_stopped(const struct loop *l);

/* Milliseconds of a clock that only goes forward. */
int64_t loop_now(void);

#endif
