/*
 * The history of an account, and its balance at any block: from the index, in time that grows with
 * the answer. On the best chain everything is found by seeking; on a side branch, its own blocks
 * are read from the tip to the fork, and the best chain from there.
 *
 * Everything reported is checked against hashes: every block's header against its id, every
 * transaction's line against its id; genesis, for a grant, and the blocks of a side branch against
 * their Merkle roots; and the balances at both ends, which come from journals, against the sum of
 * all events between them. A block whose operations have effects beyond payments is held against
 * its root, too, and what its journal says beyond the sum of its events is an event.
 */
#ifndef QUERY_HISTORY_H
#define QUERY_HISTORY_H

#include "ledger/ledger.h"

enum event_kind {
    EVENT_GRANT,
    EVENT_IN,
    EVENT_OUT,
    EVENT_SELF,
    EVENT_SPONSOR, /* the fee of another account's transaction */
    EVENT_REWARD,
    EVENT_STAKE,   /* from the balance to the stake */
    EVENT_UNSTAKE, /* from the stake to what is unbonding */
    EVENT_RETURN,  /* from what was unbonding to the balance */
    EVENT_ACCUSE,  /* its part of what another one lost, by its accusation */
    EVENT_SLASH,   /* what it lost by an accusation, of its stake and what was unbonding */
    EVENT_OTHER
};

/* One event of an account. */
struct event {
    enum event_kind kind;
    const struct block *block; /* its header */
    const uint8_t *block_id;
    uint64_t line;  /* its place in the ledger; of a reward, a return or another effect, its block's
                       header */
    int64_t amount; /* what was moved, granted or earned; 0 if a transaction pays nobody; of another
                       effect: what it added, negative if it subtracted */
    int64_t fee;    /* of a transaction, with the first of the account's events in it; the sender of
                       a sponsored one has none. Of a reward: the block's fees */
    int64_t balance; /* after the event; can be negative only inside a block with another effect */
    /* For a transaction: */
    uint8_t id[ID_LEN];
    const struct account *other; /* the other account, or the same; NULL: none */
    struct field memo;
};

struct history {
    struct account account;
    struct node tip;      /* whose chain is asked about */
    int64_t from, to;     /* heights; `to` may be above the tip */
    int64_t since, until; /* only blocks with these times */
    int64_t count;        /* at most so many events */
    bool newest_first;
};

/* Calls each for every event requested, in the chain's order: in a block what returns, then the
 * transactions in the order of its body, then its reward; another effect is the block's first event
 * if it added, else the last. A sponsor's fee comes before what the transaction pays it. What an
 * event points to is valid during the call. each gives 0, or -1 and a fault. Gives how many events
 * it was called for; or -1 and a fault. */
int64_t history_each(struct ledger *l, const struct history *h,
                     int (*each)(void *self, const struct event *e, struct fault *f), void *self,
                     struct fault *f);

/* The balance and seq of an account after a block, on any branch. 0, or -1 and a fault. */
int history_account(struct ledger *l, const struct account *id, const struct node *node,
                    struct account_state *a, struct fault *f);

#endif
