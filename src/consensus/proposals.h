/* Proposals that wait, in the order in which they came, each once: those that a node keeps until
 * they are committed, and those that a leader has yet to give a place in the order. */
#ifndef CONSENSUS_PROPOSALS_H
#define CONSENSUS_PROPOSALS_H

#include "consensus/engine.h"

#include <stdbool.h>
#include <uthash.h>

#define PROPOSALS_MAX 1048576         /* that a node keeps: for more a list is full, */
#define PROPOSALS_BYTES_MAX (1 << 28) /* ... or for more bytes */

struct proposal_key {
    uint64_t serial, client;
};

struct proposal {
    UT_hash_handle hh; /* hh.next: the one that came after it */
    struct proposal_key key;
    struct payload *payload;
    uint64_t index; /* the engine's: where it was put, say */
};

/* All zero is an empty list that owns nothing. */
struct proposals {
    struct proposal *list; /* the oldest */
    struct proposal *next; /* the oldest that was not taken yet; NULL: all were */
    size_t bytes;          /* of all payloads */
};

/* The proposal with this id, or NULL. */
struct proposal *proposals_find(const struct proposals *p, struct proposal_id id);

/* Whether a further proposal of so many bytes would be too much to keep. proposals_add does not
 * ask. */
bool proposals_full(const struct proposals *p, size_t bytes);

/* Adds a proposal, and takes a reference to its payload. 1; 0: it is there already, and nothing
 * changed; -1: no memory. */
int proposals_add(struct proposals *p, struct proposal_id id, struct payload *payload);

/* The oldest that was not taken yet, which now is; NULL: there is none. It stays in the list. */
struct proposal *proposals_take(struct proposals *p);

/* None of them has been taken. */
static inline void proposals_rewind(struct proposals *p)
{
    p->next = p->list;
}

static inline struct proposal_id proposal_id_of(const struct proposal *x)
{
    return (struct proposal_id){.client = (uint32_t)x->key.client, .serial = x->key.serial};
}

static inline size_t proposals_count(const struct proposals *p)
{
    return HASH_COUNT(p->list);
}

/* Removes a proposal of the list. */
void proposals_remove(struct proposals *p, struct proposal *x);
void proposals_clear(struct proposals *p);

#endif
