/*
 * Journals: how a block changed the state, as bytes. For every key changed: its kind, its id,
 * length and bytes of the old value, length and bytes of the new one.
 */
#ifndef STATE_JOURNAL_H
#define STATE_JOURNAL_H

#include "state/state.h"

struct change {
    struct state_key key;
    struct state_value old, new;
};

/* Appends a change. 0, or -1 and trouble. */
int journal_add(struct buf *out, const struct change *c, struct fault *f);

/* Reads the change at *p and moves *p past it: 1, 0 at the end, -1 and trouble: the bytes are not a
 * journal. */
int journal_next(const uint8_t **p, const uint8_t *end, struct change *c, struct fault *f);

/* One key in a journal of n bytes: 1 and *c, 0 if it did not change, -1 and trouble. */
int journal_find(const void *journal, size_t n, const struct state_key *key, struct change *c,
                 struct fault *f);

#endif
