/*
 * What happened to an account, and what it had, at any block: from the index, in time that grows
 * with the answer. On the best chain all of it is found by seeking; on a side branch, its own
 * blocks are read from the tip to the fork, and the best chain from there.
 *
 * What is given is held against hashes: every block's header against the block's id, every
 * transaction's line against its id; genesis, for a grant, and the blocks of a side branch against
 * their Merkle roots; and the balances at both ends, which come from journals, against the sum of
 * all that happened in between.
 */
#ifndef LEDGER_HISTORY_H
#define LEDGER_HISTORY_H

#include "ledger/ledger.h"

enum event_kind { EVENT_GRANT, EVENT_IN, EVENT_OUT, EVENT_SELF, EVENT_REWARD };

/* One thing that happened to an account. */
struct event {
    enum event_kind kind;
    const struct block *block; /* its header */
    const uint8_t *block_id;
    uint64_t line;   /* where it stands in the ledger; a reward, its block's header */
    int64_t amount;  /* what was moved, granted, or the reward; at least 1 but for a reward */
    int64_t fee;     /* paid by the sender; a reward's: the block's fees */
    int64_t balance; /* behind it */
    /* A transaction's: */
    uint8_t id[ID_LEN];
    struct field other; /* the other account, or itself */
    struct field memo;
};

struct history {
    uint8_t account[ID_LEN];
    struct node tip;      /* of the chain that is asked */
    int64_t from, to;     /* heights; from 0 to what you like */
    int64_t since, until; /* only of blocks with these times */
    int64_t count;        /* so many events at most */
    bool newest_first;
};

/* Calls each for every event asked for, in the chain's order: a block's transactions in that of its
 * body, then its reward. What an event points to is good during the call. each gives 0, or -1 and a
 * fault. How many events it was called for; or -1 and a fault. */
int64_t history_each(struct ledger *l, const struct history *h,
                     int (*each)(void *self, const struct event *e, struct fault *f), void *self,
                     struct fault *f);

/* What an account had after a block, on any branch. 0, or -1 and a fault. */
int history_account(struct ledger *l, const uint8_t id[ID_LEN], const struct node *node,
                    struct account *a, struct fault *f);

#endif
