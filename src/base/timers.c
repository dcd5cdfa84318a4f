#include "base/timers.h"

#include "base/array.h"

#include <stdlib.h>

static void put(struct timers *t, size_t place, struct timer *x)
{
    t->heap[place] = x;
    x->place = place;
}

/* Moves a timer from this place, which is free, to where it belongs. */
static void sift(struct timers *t, size_t place, struct timer *x)
{
    for (; place > 1 && t->heap[place / 2]->due > x->due; place /= 2)
        put(t, place, t->heap[place / 2]);
    for (size_t child; (child = 2 * place) <= t->count; place = child) {
        if (child < t->count && t->heap[child + 1]->due < t->heap[child]->due)
            child++;
        if (t->heap[child]->due >= x->due)
            break;
        put(t, place, t->heap[child]);
    }
    put(t, place, x);
}

int timers_set(struct timers *t, struct timer *x, int64_t due)
{
    if (!x->place) {
        if (ARRAY_RESERVE(t->heap, t->cap, t->count + 2)) /* the first place is not used */
            return -1;
        x->place = ++t->count;
    }
    x->due = due > t->fired ? due : t->fired + 1;
    sift(t, x->place, x);
    return 0;
}

void timers_cancel(struct timers *t, struct timer *x)
{
    if (!x->place)
        return;
    struct timer *last = t->heap[t->count--];
    if (last != x)
        sift(t, x->place, last);
    x->place = 0;
}

int64_t timers_next(const struct timers *t)
{
    return t->count ? t->heap[1]->due : INT64_MAX;
}

/* The first that is due; NULL: none. */
static struct timer *take_due(struct timers *t, int64_t now)
{
    struct timer *first = t->count ? t->heap[1] : NULL;
    if (!first || first->due > now)
        return NULL;
    timers_cancel(t, first);
    return first;
}

void timers_fire(struct timers *t, int64_t now)
{
    struct timer *x;
    t->fired = now;
    while ((x = take_due(t, now)))
        x->fire(x->self, now);
}

void timers_free(struct timers *t)
{
    free(t->heap);
    *t = (struct timers){0};
}
