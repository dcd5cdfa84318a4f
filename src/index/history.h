/*
 * The history of one account on the best chain, from the index. Every answer is found by seeking,
 * whatever the length of the chain, of the account's history or of side branches: a block that
 * changes an account has it as a sender, a recipient, a miner who earned something, or among the
 * accounts that its operations have effects on, and all four are indexed; the block's journal has
 * the earlier value.
 */
#ifndef INDEX_HISTORY_H
#define INDEX_HISTORY_H

#include "index/index.h"

/* What an account had after the best chain's block at this height, which exists, or -1: before
 * genesis. 0, or -1 and trouble. */
int index_account_at(struct index *ix, const struct account *id, int64_t height,
                     struct account_state *a, struct fault *f);

/* What block n, on any branch, did to an account: 1 and what it had before and after, 0: nothing,
 * -1 and trouble. */
int index_account_change(struct index *ix, const struct account *id, int64_t n,
                         struct account_state *before, struct account_state *after,
                         struct fault *f);

/* Whether only its journal tells all that block n, on any branch, did to an account: 1 or 0, -1 and
 * trouble. Else the account's transactions, and what it earned with the block, are all. */
int index_has_effects(struct index *ix, const struct account *id, int64_t n, struct fault *f);

/* The same of any account. */
int index_block_has_effects(struct index *ix, int64_t n, struct fault *f);

/* One event of an account after genesis: a transaction, what it earned with a block, or a whole
 * block, whose transactions and earnings are then no events of their own (index_has_effects). */
enum index_event_kind { INDEX_EVENT_TX, INDEX_EVENT_EARNED, INDEX_EVENT_BLOCK };
struct index_event {
    enum index_event_kind kind;
    int64_t block;         /* its number */
    int64_t line;          /* of a transaction: its index in the body, */
    uint64_t offset, size; /* its place in the file, */
    uint8_t id[ID_LEN];    /* and its id */
    int64_t earned;        /* of a block */
};

/* A walk along the events between two heights. An index has one at a time. */
struct index_walk {
    struct index *ix;
    struct account account;
    struct index_cursor {
        void *q;    /* its statement; NULL: no more rows */
        int64_t at; /* the row's position in the order of all events */
    } sent, received, mined, changed;
    bool back;
    int64_t whole; /* the whole block given last */
};

/* Starts a walk along the account's events in the best chain's blocks of heights from (at least 1)
 * to `to` (which exists), oldest or newest first. index_walk_next gives the next: 1, 0 at the end,
 * -1 and trouble. Call index_walk_end in any case. *w must not be moved. */
int index_walk_begin(struct index *ix, const struct account *id, int64_t from, int64_t to,
                     bool back, struct index_walk *w, struct fault *f);
int index_walk_next(struct index_walk *w, struct index_event *e, struct fault *f);
void index_walk_end(struct index_walk *w);

#endif
