/* Slots that follow one another, in memory: those above a snapshot. */
#ifndef PAXOS_PAXOS_LOG_H
#define PAXOS_PAXOS_LOG_H

#include "paxos/paxos_item.h"

struct paxos_slot {
    struct paxos_ballot ballot; /* in which the value was accepted, PAXOS_ROUND_CHOSEN, or none */
    struct paxos_value value;
    uint64_t acks; /* of members, for a leader's proposal */
    int64_t sent;  /* when the leader sent it last */
};

/* All zero is a log that owns nothing and begins at slot 1. */
struct paxos_log {
    uint64_t base; /* the slots from base + 1 on are here */
    struct paxos_slot *list;
    size_t first, count, cap; /* the slot base + 1 is list[first] */
};

static inline uint64_t paxos_log_end(const struct paxos_log *l)
{
    return l->base + l->count;
}

/* The slot, or NULL if it is not here. */
static inline struct paxos_slot *paxos_log_at(const struct paxos_log *l, uint64_t slot)
{
    return slot > l->base && slot - l->base <= l->count
               ? &l->list[l->first + (size_t)(slot - l->base) - 1]
               : NULL;
}

static inline bool paxos_slot_chosen(const struct paxos_slot *s)
{
    return s != NULL && s->ballot.round == PAXOS_ROUND_CHOSEN;
}

/* The slot, which is above base, made if it is not here. NULL: no memory. */
struct paxos_slot *paxos_log_reach(struct paxos_log *l, uint64_t slot);

/* Gives a slot a value, of which it takes a reference. */
void paxos_slot_set(struct paxos_slot *s, const struct paxos_value *value);

/* Removes all slots up to this one, which becomes the base. */
void paxos_log_drop(struct paxos_log *l, uint64_t slot);

/* Removes all slots, and begins anew above base. */
void paxos_log_reset(struct paxos_log *l, uint64_t base);
void paxos_log_free(struct paxos_log *l);

#endif
