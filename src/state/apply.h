/* What changes the state: transactions, grants and rewards (tx(5), block(5)). */
#ifndef STATE_APPLY_H
#define STATE_APPLY_H

#include "record/rules.h"
#include "record/tx.h"
#include "state/account.h"

/* Where a transaction is applied: the state, its chain, and the block that holds it or, if none
 * does yet, the next one. */
struct apply_context {
    struct state *state;
    const uint8_t *chain; /* the id of its genesis block */
    const struct rules *rules;
    int64_t height;
    int64_t time;    /* the block's; of the next one, its parent's */
    int64_t *supply; /* falls by what a slash destroys; NULL: nobody counts it */
    /* Whether a block is an ancestor of the one that holds the transaction: 1 or 0, or -1 and
     * trouble. NULL: what is applied was judged before, so this need not be asked. */
    int (*has_ancestor)(void *self, const uint8_t id[ID_LEN], struct fault *f);
    /* Sets id to that of its ancestor of this height. 0, or -1 and trouble. */
    int (*ancestor)(void *self, int64_t height, uint8_t id[ID_LEN], struct fault *f);
    void *self;
};

/* Checks a transaction, except its signature, against chain, rules and state, and applies it: the
 * fee, which is added to *fees, SEQ and the payments of its moves here, all else in its operation.
 * 0, or -1 and a fault; if a rule is broken nothing changes. */
int apply_tx(const struct apply_context *in, const struct tx *tx, int64_t *fees, struct fault *f);

/* For operations: takes an amount from an account's balance. 0, or -1 and a fault. */
int apply_take(const struct apply_context *in, const struct account *account, int64_t amount,
               struct fault *f);

/* The part of apply_tx that reads no account: chain, what the chain allows, and fee. 0, or -1 and a
 * rule. */
int apply_check(const uint8_t chain[ID_LEN], const struct rules *r, const struct tx *tx,
                struct fault *f);

/* Whether the branch of its policy that a transaction proves is open in a block of this height: 0,
 * or -1 and a rule (FAULT_LATER). */
int apply_opens(const struct tx *tx, int64_t height, struct fault *f);

/* The keys that apply_tx reads or writes, as far as the line tells: FROM's account, its sponsor's,
 * those that it pays, then the operation's own. True and the next one, or false. *at is all zero at
 * first. A key can come twice. tx_next_account gives the accounts among them. */
struct touches {
    int part;
    size_t at;
};
bool tx_touches(const struct tx *tx, struct touches *at, struct state_key *key);
bool tx_next_account(const struct tx *tx, struct touches *at, struct account *out);

/* Prefetches all of them; see state_prefetch. */
void apply_prefetch(const struct state *s, const struct tx *tx, enum state_step step);

/* Gives an account its first balance, once; adds it to *supply, which never exceeds 2^63-1. */
int apply_grant(struct state *s, const struct account *account, int64_t amount, int64_t *supply,
                struct fault *f);

/* Credits the miner of the block at this height with reward and fees, after its transactions; adds
 * the reward to *supply. */
int apply_reward(struct state *s, const struct rules *r, int64_t height,
                 const struct account *miner, int64_t fees, int64_t *supply, struct fault *f);

#endif
