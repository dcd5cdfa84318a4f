/* The table of headers: by number, by id, and along their chains. Shared by light*.c only. */
#ifndef LIGHT_LIGHT_HEADS_H
#define LIGHT_LIGHT_HEADS_H

#include "base/fault.h"
#include "base/idhash.h"
#include "record/field.h"
#include "work/u256.h"

#include <stdbool.h>

/* What is kept of a header to judge others by. Its number is its index in the table; genesis is its
 * own parent. */
struct head {
    uint8_t id[ID_LEN], root[ID_LEN];
    struct u256 work; /* of the chain up to and including it */
    int64_t time;
    uint32_t parent, height;
    uint32_t jump; /* an ancestor, chosen so that any other is at most a few dozen jumps away */
    uint32_t count : 31;
    uint32_t proven : 1; /* a valid proof relies on it */
};

_Static_assert(sizeof(struct head) == 120, "what light.h promises");

enum { HEADS_CHUNK_BITS = 16, HEADS_CHUNK = 1 << HEADS_CHUNK_BITS };

/* All valid headers. */
struct heads {
    struct head **chunks; /* so many heads each, so that they never have to be moved */
    size_t count, chunks_count, chunks_cap;
    /* A hash table with open addressing: a head's number plus one, or 0 if the slot is free. It is
     * filled only when a head is looked up. base/idmap would hold every id a second time. */
    uint32_t *slots;
    size_t slots_count;
    size_t entered; /* heads in the slots */
    struct idhash hash;
};

static inline struct head *head_at(const struct heads *t, size_t n)
{
    return &t->chunks[n >> HEADS_CHUNK_BITS][n & (HEADS_CHUNK - 1)];
}

void heads_free(struct heads *t);

/* Makes sure that head number t->count can be written. 0, or -1 and trouble. */
int heads_reserve(struct heads *t, struct fault *f);

/* The head with this id: 1, 0 there is none, -1 and trouble. */
int heads_find(struct heads *t, const uint8_t id[ID_LEN], size_t *n, struct fault *f);

/* The jump of a child of this head (Myers, "An applicative random-access stack", 1983). */
uint32_t heads_jump(const struct heads *t, uint32_t parent);

/* The ancestor of head n at this height, or the lowest one above it. */
size_t heads_ancestor(const struct heads *t, size_t n, uint32_t height);

/* Whether head n is on the chain that ends at tip. */
bool heads_is_ancestor(const struct heads *t, size_t n, size_t tip);

#endif
