/* Proposals that wait, in the order in which they came, each once: those that a node keeps until
 * they are committed, and those that a leader has yet to give a place in the order. */
#ifndef CONSENSUS_PROPOSALS_H
#define CONSENSUS_PROPOSALS_H

#include "consensus/engine.h"

#include <stdbool.h>
#include <uthash.h>

#define PROPOSALS_MAX 1048576         /* that a list holds before it is full */
#define PROPOSALS_BYTES_MAX (1 << 28) /* of their payloads */

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

/* Whether another proposal of so many bytes would exceed either limit. proposals_add does not check
 * that. */
bool proposals_full(const struct proposals *p, size_t bytes);

/* Adds a proposal, and takes a reference to its payload. 1; 0: it is there already, and nothing
 * changed; -1: no memory. */
int proposals_add(struct proposals *p, struct proposal_id id, struct payload *payload);

/* The oldest that was not taken yet, which now is; NULL: there is none. It stays in the list. */
struct proposal *proposals_take(struct proposals *p);

/* Makes all of them count as not taken. */
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

/* Removes a proposal of the list and frees it; proposals_clear does that to all. */
void proposals_remove(struct proposals *p, struct proposal *x);
void proposals_clear(struct proposals *p);

#endif
