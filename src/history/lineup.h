/*
 * The operations of one object, lined up for the search: a linked list of their beginnings and ends
 * in real time, out of which an operation is lifted when it is put into the order, and into which
 * it is put back (Lowe, "Testing for linearizability", 2017).
 *
 * Operations that have ended come first, by their beginning; then those that are open for ever, by
 * theirs, which are not in the list. Those that constrain nothing and change nothing are left out.
 */
#ifndef HISTORY_LINEUP_H
#define HISTORY_LINEUP_H

#include "history/spec.h"

#define LINEUP_NONE UINT32_MAX

struct lineup_op {
    struct op_move move;
    uint32_t op;               /* its number in the history */
    uint32_t begin_at, end_at; /* positions in the history; LINEUP_NONE: it is open */
    uint32_t equal;            /* an equal move, the last that ends before it; LINEUP_NONE: none */
};

struct lineup {
    struct lineup_op *list;
    uint32_t count, ended; /* all; those that have ended */
    /* The list: entry i is the beginning of list[i], entry ended + i its end; the last entry,
     * 2 * ended, is both ends of the list. */
    uint32_t *next, *prev;
};

/* Lines up these operations of the history, n numbers in ascending order, as they were known when
 * the event at `until` had happened. 0, or -1: no memory. */
int lineup_make(struct lineup *l, const struct spec *spec, struct spec_run *r,
                const uint32_t *numbers, size_t n, uint32_t until);
void lineup_free(struct lineup *l);

/* The first entry of the list. */
static inline uint32_t lineup_first(const struct lineup *l)
{
    return l->next[(size_t)l->ended * 2];
}

/* Lifts an operation that has ended out of the list; puts back the one that was lifted last. */
void lineup_lift(struct lineup *l, uint32_t i);
void lineup_put_back(struct lineup *l, uint32_t i);

#endif
