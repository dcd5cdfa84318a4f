/* Shared by history*.c only. */
#ifndef QUERY_HISTORY_PARTS_H
#define QUERY_HISTORY_PARTS_H

#include "base/window.h"
#include "index/history.h"
#include "query/history.h"

/* A chain in two parts: the part shared with the best chain, and its own blocks. */
struct history_chain {
    int64_t fork, tip; /* heights: the last one shared, and the last */
    int64_t *own;      /* numbers of its own blocks, from fork + 1 on */
};

struct history_run {
    struct ledger *l;
    const struct history *h;
    int (*each)(void *self, const struct event *e, struct fault *f);
    void *self;
    struct account_text account;
    struct history_chain chain;
    int64_t from, to; /* heights, limited to those that exist */
    int64_t balance;  /* the balance before the next event; or, newest first, after it */
    int64_t given;
    int64_t *sum;     /* not NULL: events are only added up here */
    bool has_effects; /* of the current block; between its events, a balance may be negative */
    struct index_block
        at;          /* the block of the current event; the bytes of its header or all of it; and */
    struct buf text; /* its parsed header */
    struct block header;
    struct buf journal; /* its journal, if it has_effects */
    struct window window;
    struct history_part *parts; /* of the current transaction */
    size_t parts_cap;
};

/* One of an account's events in a transaction. */
struct history_part {
    enum event_kind kind;
    struct move move; /* to: the other account, if it has one */
    bool has_other;
};

/* --- history_chain.c -------------------------------------------------------------------------- */

/* Walks from a tip to the best chain. The caller frees c->own. 0, or -1 and a fault. */
int history_find_chain(struct index *ix, const struct node *tip, struct history_chain *c,
                       struct fault *f);

/* What an account has after the chain's block at this height; -1: before genesis. 0, or -1 and a
 * fault. */
int history_account_on(struct index *ix, const struct history_chain *c, const struct account *id,
                       int64_t height, struct account_state *a, struct fault *f);

/* --- history_block.c -------------------------------------------------------------------------- */

/* Makes block n the current one, after comparing its header with its id; with its body if `whole`.
 * 0, or -1 and a fault. */
int history_enter(struct history_run *r, int64_t n, bool whole, struct fault *f);

/* A line of a block's text, forwards or backwards: *at is where the next one begins, or where the
 * last one ended. */
const char *history_next_line(const struct buf *text, size_t *at, bool back, size_t *len);

/* Compares the body of the current block, which was read whole, with its root. 0, or -1 and a
 * fault. */
int history_check_root(struct history_run *r, struct fault *f);

/* These report events, each with its balance, if it was requested. 0 to go on, 1: enough, -1 and a
 * fault. */

/* One event of the current block. */
int history_give(struct history_run *r, struct event *e, struct fault *f);

/* The reward, with the fees, of the current block. */
int history_give_reward(struct history_run *r, int64_t earned, struct fault *f);

/* A block that is read whole: one of the chain's own part, or one with other effects. */
int history_give_block(struct history_run *r, int64_t n, struct fault *f);

/* --- history_tx.c ----------------------------------------------------------------------------- */

/* The account's events of a transaction, whose form was checked when it was indexed; with its id if
 * the index says that it touches the account. */
int history_give_line(struct history_run *r, const char *line, size_t len, const uint8_t *id,
                      struct event *e, struct fault *f);

/* --- history_stakes.c ------------------------------------------------------------------------- */

/* For the current block, which has_effects: what returned to the account from unbonding; and what
 * the accusation in this line of its text took from this key. 0, or -1 and a fault. */
int history_returned(struct history_run *r, int64_t *amount, struct fault *f);
int history_slashed(struct history_run *r, const char *line, const uint8_t key[ID_LEN],
                    int64_t *gone, struct fault *f);

#endif
