/* The operations that change the state: transactions, grants and rewards (tx(5), block(5)).
 */
#ifndef STATE_APPLY_H
#define STATE_APPLY_H

#include "record/rules.h"
#include "record/tx.h"
#include "state/account.h"

/* Checks a transaction, except its signature, against chain, rules and state, and applies it; adds
 * its fee to *fees. The operation itself is in pay.c. 0, or -1 and a fault; if a rule is broken
 * nothing changes. */
int apply_tx(struct state *s, const uint8_t chain[ID_LEN], const struct rules *r,
             const struct tx *tx, int64_t *fees, struct fault *f);

/* The part of apply_tx that reads no account: chain and fee. 0, or -1 and a rule. */
int apply_check(const uint8_t chain[ID_LEN], const struct rules *r, const struct tx *tx,
                struct fault *f);

/* Gives an account its first balance, once; adds it to *supply, which never exceeds 2^63-1. */
int apply_grant(struct state *s, const struct account *account, int64_t amount, int64_t *supply,
                struct fault *f);

/* Credits the miner of the block at this height with reward and fees, after its transactions; adds
 * the reward to *supply. */
int apply_reward(struct state *s, const struct rules *r, int64_t height,
                 const struct account *miner, int64_t fees, int64_t *supply, struct fault *f);

/* The operation `pay TO AMOUNT MEMO`, given FROM's account: deducts amount and fee, counts the
 * transaction, pays TO. */
int apply_pay(struct state *s, const struct tx *tx, struct account_state from, struct fault *f);

#endif
