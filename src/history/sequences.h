/*
 * Sequences of numbers, of which equal ones have the same number: the states of objects that are
 * more than one value. A sequence is the one without its last item, and that item; so those that
 * begin alike share memory.
 */
#ifndef HISTORY_SEQUENCES_H
#define HISTORY_SEQUENCES_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_EMPTY 0
#define SEQUENCE_NONE UINT32_MAX

/* All zero is an empty table that owns nothing. */
struct sequences {
    uint32_t *parents, *items; /* of sequence n at n - 1 */
    size_t parents_cap, items_cap;
    uint32_t count;
    uint32_t *slots; /* open addressing: a sequence; 0: free */
    size_t slots_cap;
    struct sequence_memo {
        uint32_t from, label, to; /* to: the sequence + 1; 0: free */
    } * memos;
    size_t memos_count, memos_cap;
};

void sequences_free(struct sequences *s);

/* The bytes that it takes. */
size_t sequences_size(const struct sequences *s);

/* A sequence and one more item. SEQUENCE_NONE: no memory. */
uint32_t sequences_push(struct sequences *s, uint32_t sequence, uint32_t item);

/* The sequence without its last item, and that item; not of the empty one. */
static inline uint32_t sequences_parent(const struct sequences *s, uint32_t sequence)
{
    return s->parents[sequence - 1];
}

static inline uint32_t sequences_last(const struct sequences *s, uint32_t sequence)
{
    return s->items[sequence - 1];
}

/* What was remembered as the result of the operation `label` on a sequence; SEQUENCE_NONE:
 * nothing. */
uint32_t sequences_recall(const struct sequences *s, uint32_t from, uint32_t label);

/* Remembers it. 0, or -1: no memory. */
int sequences_remember(struct sequences *s, uint32_t from, uint32_t label, uint32_t to);

/* Appends the items of a sequence to out, each as a uint32_t, the last one first. 0, or -1: no
 * memory. */
int sequences_items(const struct sequences *s, uint32_t sequence, struct buf *out);

#endif
