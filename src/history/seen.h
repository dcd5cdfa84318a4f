/*
 * The places that a search has seen, each a set of operations that are done and the state that they
 * left, in few bytes: operations that are all done at the beginning, or not yet at the end, take
 * none.
 */
#ifndef HISTORY_SEEN_H
#define HISTORY_SEEN_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Sets of operations: `ended` bits that become ones nearly in their order, then `open` others. All
 * zero is a set that owns nothing. */
struct seen_done {
    uint32_t *words;           /* the first `head` of the ended, the others of the open ones */
    uint32_t head, tail;       /* words of both */
    uint32_t ended;            /* how many bits of the head count */
    uint32_t full, high, last; /* words of the head that are all ones; the words of the head and of
                                  all that may be others than zero end here */
    uint64_t hash;
};

/* 0, or -1: no memory. */
int seen_done_init(struct seen_done *d, uint32_t ended, uint32_t open);
void seen_done_free(struct seen_done *d);

/* Adds or removes operation i: those that ended from 0, the open ones after them. */
void seen_done_flip(struct seen_done *d, uint32_t i);

static inline int seen_done_has(const struct seen_done *d, uint32_t i)
{
    uint32_t bit = i < d->ended ? i : d->head * 32 + (i - d->ended);
    return d->words[bit / 32] >> bit % 32 & 1;
}

/* All zero is an empty table that owns nothing. */
struct seen {
    struct buf places;
    struct seen_slot {
        uint32_t tag, at; /* of the hash; in units of four bytes + 1; 0: free */
    } * slots;
    size_t slots_cap, count;
};

void seen_free(struct seen *s);

/* The bytes that it takes. */
size_t seen_size(const struct seen *s);

/* Adds a place. 1; 0: it was there; -1: no memory. */
int seen_add(struct seen *s, struct seen_done *d, uint32_t state);

#endif
