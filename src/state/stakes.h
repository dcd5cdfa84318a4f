/*
 * What accounts have staked, on chains with `rule allow stake` (block(5), "Members"), and who the
 * members are by that: of those with at least `minstake`, the MEMBERS_MAX with the most, of equals
 * the lower accounts. Those who could be members are kept in that order (able.h), so nobody looks
 * at the others, however many there are.
 */
#ifndef STATE_STAKES_H
#define STATE_STAKES_H

#include "state/apply.h"

#define STAKE_KIND 'k' /* every stake; these have entries */
#define ABLE_COUNT_KIND                                                                            \
    'n' /* how many have at least minstake, and whether one has changed in this block */

/* A key's stake; 0: none. 0, or -1 and trouble. */
int stake_get(struct state *s, const uint8_t key[ID_LEN], int64_t *amount, struct fault *f);

/* Sets it. The members change at the end of the block (stakes_elect). 0, or -1 and trouble. */
int stake_put(const struct apply_context *in, const uint8_t key[ID_LEN], int64_t amount,
              struct fault *f);

/* Whether nobody would be able to be a member any more if this key had no more than this staked: 1
 * or 0, or -1 and trouble. */
int stake_is_last(const struct apply_context *in, const uint8_t key[ID_LEN], int64_t amount,
                  struct fault *f);

/* Makes those members who are by their stakes, if stakes of at least minstake have changed in this
 * block. 0, or -1 and trouble. */
int stakes_elect(const struct apply_context *in, struct fault *f);

#endif
