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

/* Returns what is due at this height. 0, or -1 and trouble. */
int unbonding_return(const struct apply_context *in, struct fault *f);

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
