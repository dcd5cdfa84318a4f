/*
 * What is unbonding (block(5), "Members"): sums that return to their account at the start of the
 * block of some height. They are listed by height, so a block finds those that return in it, and
 * by account, so an accusation finds those that it cuts.
 */
#ifndef STATE_UNBONDING_H
#define STATE_UNBONDING_H

#include "state/apply.h"

#define UNBONDING_KIND 'B'    /* a sum; its key is the place of its entry */
#define UNBONDING_AT_KIND 'h' /* the first account of a height */
#define UNBONDING_OF_KIND 'q' /* the first and the last height of an account */

/* Adds an amount, which may be 0, that returns `unbonding` blocks after this one. All sums of an
 * account must be added in this way, so their heights ascend. 0, or -1 and trouble. */
int unbonding_add(const struct apply_context *in, const uint8_t key[ID_LEN], int64_t amount,
                  struct fault *f);

/* The sums that are due at a height: 1 and the next one, 0: there are no more, -1 and trouble. *at
 * is all zero at first; the sums given before may have been dropped since. */
struct unbonding_due {
    bool begun, has_next;
    uint8_t next[ID_LEN];
    uint8_t key[ID_LEN]; /* whose the sum is */
    int64_t amount;
};
int unbonding_due(struct state *s, int64_t height, struct unbonding_due *at, struct fault *f);

/* Returns what is due at this height. 0, or -1 and trouble. */
int unbonding_return(const struct apply_context *in, struct fault *f);

/* All that is unbonding of an account. 0, or -1 and trouble. */
int unbonding_total(struct state *s, const uint8_t key[ID_LEN], int64_t *total, struct fault *f);

/* Whether the account has a sum that is not 0: 1 or 0, or -1 and trouble. */
int unbonding_has(struct state *s, const uint8_t key[ID_LEN], struct fault *f);

/* Takes `slash` thousandths, rounded down, from each sum of the account, and adds them to *gone. 0,
 * or -1 and trouble. */
int unbonding_cut(const struct apply_context *in, const uint8_t key[ID_LEN], int64_t *gone,
                  struct fault *f);

/* So many thousandths of an amount, rounded down. */
int64_t slash_of(const struct rules *r, int64_t amount);

/* For entries.h: whose sum a value is, of which height; 0, or -1: it is none. */
int unbonding_decode(const struct state_value *value, uint8_t key[ID_LEN], int64_t *height,
                     int64_t *amount);

#endif
