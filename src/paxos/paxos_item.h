/* What paxos sends and saves, and its text (paxos(1), MESSAGES).
 *
 * The first line of each is a word, its numbers, and how many lines follow. Values are references:
 * a message to all, the same one to the log and the answer to a node that fetches share them. */
#ifndef PAXOS_PAXOS_ITEM_H
#define PAXOS_PAXOS_ITEM_H

#include "consensus/applied.h"
#include "consensus/engine.h"

/* Ballots are (round, node): no two proposers have the same (rule P6). Round 0: none. */
struct paxos_ballot {
    uint64_t round;
    uint32_t node;
};

#define PAXOS_ROUND_MAX ((uint64_t)INT64_MAX - 1)
/* The round of a slot whose value is known to be chosen: it is above every ballot. */
#define PAXOS_ROUND_CHOSEN ((uint64_t)INT64_MAX)

enum paxos_kind {
    PAXOS_PREPARE,  /* ballot, slot: phase 1a, for this slot and all above it */
    PAXOS_PROMISE,  /* ballot, slot: 1b; all up to `slot` are chosen and not among the entries */
    PAXOS_REJECT,   /* ballot: that was promised, and is above that of a prepare or accept */
    PAXOS_ACCEPT,   /* ballot, slot, chosen, number: 2a for entries from `slot` on; all up to
                       `chosen` are chosen, and number counts the leader's rounds of heartbeats */
    PAXOS_ACCEPTED, /* ballot, slot, span, number: 2b for so many slots */
    PAXOS_CHOSEN,   /* slot, chosen: entries from `slot` on are chosen, and all up to `chosen` */
    PAXOS_FETCH,    /* slot: chosen values from there on are wanted */
    PAXOS_FORWARD,  /* entries: proposals, to the leader */
    PAXOS_READ,     /* nonce (of the sender's start), number: a read, to the leader */
    PAXOS_READ_AT,  /* nonce, number, slot: its answer, one above the slot to wait for; 0: later */
    PAXOS_ASK,      /* nonce: the incarnation of a node that may not vote yet; it is saved, too */
    PAXOS_ANSWER, /* nonce, as asked; number: the highest round known; flag: as far as the answerer
                     knows, the asker is new; other: the answerer's incarnation. See
                     paxos_recovery.c */
    PAXOS_PROMISED, /* ballot: saved before the promise is sent */
    PAXOS_BORN,     /* entries: each member and its incarnation in `slot`; saved before any vote */
    PAXOS_SNAPSHOT, /* slot, span, applied, state: what all commits up to `slot` made */
    PAXOS_KINDS
};

/* id.client NODE_NONE and no payload: a no-op. */
struct paxos_value {
    struct proposal_id id;
    struct payload *payload;
};

struct paxos_entry {
    struct paxos_ballot ballot;
    uint64_t slot;
    struct paxos_value value;
};

struct paxos_item {
    struct engine_item head;
    struct paxos_ballot ballot;
    uint64_t slot, chosen, number, span, nonce, other;
    bool flag;
    struct applied applied;
    struct payload *state;
    size_t count;
    struct paxos_entry entries[];
};

static inline bool paxos_is_noop(const struct paxos_value *v)
{
    return v->id.client == NODE_NONE;
}

/* Whether two values are the same, to the last byte. */
bool paxos_value_equal(const struct paxos_value *a, const struct paxos_value *b);

/* An item of this kind with space for `count` entries, all zero. NULL: no memory. */
struct paxos_item *paxos_item_new(enum paxos_kind kind, size_t count);
void paxos_item_free(struct engine_item *item);

/* For the engine's type (engine.h). */
int paxos_item_format(const struct engine_item *item, const struct node_names *names,
                      struct buf *out);
struct engine_item *paxos_item_parse(const char *text, size_t n, size_t *used,
                                     struct node_names *names, struct fault *f);

/* A kind's word and numbers in text, in their order: b a ballot, s slot, c chosen, n number, k
 * span, x nonce, y other, f flag; and what its lines are: v values, p promised entries, m
 * members, a a snapshot, 0 none. */
struct paxos_form {
    const char *word, *fields;
    char lines;
};
extern const struct paxos_form paxos_forms[PAXOS_KINDS];

#endif
