/*
 * The index asked for the history of one account on the best chain. Every answer is found by
 * seeking, whatever the length of the chain, of the account's history and of side branches: a block
 * that changed an account has it as sender or recipient, or as a miner who earned something, all
 * three of which are indexed for the best chain; and its journal has the value of before.
 */
#ifndef LEDGER_INDEX_HISTORY_H
#define LEDGER_INDEX_HISTORY_H

#include "ledger/index.h"

/* What an account had after the best chain's block of this height, which is there, or -1: before
 * genesis. 0, or -1 and trouble. */
int index_account_at(struct index *ix, const uint8_t id[ID_LEN], int64_t height, struct account *a,
                     struct fault *f);

/* What block n, on any branch, did to an account: 1 and what it had before and after, 0: nothing,
 * -1 and trouble. */
int index_account_change(struct index *ix, const uint8_t id[ID_LEN], int64_t n,
                         struct account *before, struct account *after, struct fault *f);

/* One thing that happened to an account after genesis: a transaction, or what it earned with a
 * block. */
struct index_event {
    bool is_tx;
    int64_t block;         /* its number */
    int64_t line;          /* of a transaction: its place in the body, */
    uint64_t offset, size; /* in the file, */
    uint8_t id[ID_LEN];    /* and its id */
    int64_t earned;        /* of a block */
};

/* A walk along the events between two heights. An index has one at a time. */
struct index_walk {
    struct index *ix;
    uint8_t id[ID_LEN];
    struct index_cursor {
        void *q;    /* its statement; NULL: no more rows */
        int64_t at; /* where the row stands in the order of all events */
    } sent, received, mined;
    bool back;
};

/* Starts a walk along the account's events in the best chain's blocks of heights from (at least 1)
 * to `to` (there), oldest first, or newest first. index_walk_next gives the next: 1, 0 at the end,
 * -1 and trouble. index_walk_end in any case. *w must stay in its place. */
int index_walk_begin(struct index *ix, const uint8_t id[ID_LEN], int64_t from, int64_t to,
                     bool back, struct index_walk *w, struct fault *f);
int index_walk_next(struct index_walk *w, struct index_event *e, struct fault *f);
void index_walk_end(struct index_walk *w);

#endif
