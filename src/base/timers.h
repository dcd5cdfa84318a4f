/* Deadlines in a binary heap: setting, changing and cancelling one takes time in proportion to the
 * logarithm of how many there are. It reads no clock. */
#ifndef BASE_TIMERS_H
#define BASE_TIMERS_H

#include <stddef.h>
#include <stdint.h>

/* A deadline. The caller owns the struct, sets fire and self, and leaves the rest zero; it may not
 * be moved or freed while the timer is set. */
struct timer {
    void (*fire)(void *self, int64_t now);
    void *self;
    int64_t due;  /* private to timers.c, like the next field */
    size_t place; /* in the heap, from 1; 0: it is not set */
};

/* All zero is an empty heap that owns nothing. */
struct timers {
    struct timer **heap;
    size_t count, cap;
    int64_t fired; /* the time of the last timers_fire: no timer is set for one before */
};

/* Sets or changes a timer. 0, or -1: no memory, and it is not set. */
int timers_set(struct timers *t, struct timer *x, int64_t due);

/* Does nothing if it is not set. */
void timers_cancel(struct timers *t, struct timer *x);

/* When the first is due; INT64_MAX: none is set. */
int64_t timers_next(const struct timers *t);

/* Calls every timer that is due, earliest first, after it has been unset, so that it can be set
 * anew or freed there. One that is set anew for a time that has come waits for the next call. */
void timers_fire(struct timers *t, int64_t now);

void timers_free(struct timers *t);

#endif
