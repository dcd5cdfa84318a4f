/* Counts the work of each account, and divides a sum accordingly. */
#ifndef FARM_TALLY_H
#define FARM_TALLY_H

#include "record/ticket.h"
#include "work/target.h"

#include <uthash.h>

#define TALLY_MAX (1 << 20) /* accounts */

struct earner {
    struct account account;
    int64_t shares, blocks;
    double expected; /* how many of its shares were expected to be blocks */
    struct u256 work;
    int64_t amount;
    UT_hash_handle hh;
};

/* All zero is an empty tally that owns nothing. Its earners are sorted by account after tally_sort
 * and tally_divide. */
struct tally {
    struct earner *earners;
    struct u256 work; /* of all earners */
};

/* The work of a share; and the probability that it is a block. */
struct u256 share_work(const struct share *s);
double share_expected(const struct share *s);

/* Gives the share's id, and whether it is the block itself. 0, or -1 and a rule: the id is over the
 * share target. */
int share_judge(const struct share *s, uint8_t id[ID_LEN], bool *is_block, struct fault *f);

/* Finds or adds the account. NULL: no memory, or too many accounts. */
struct earner *tally_earner(struct tally *t, const struct account *account);

/* Counts a share of this work for an account. 0, or -1 and trouble. */
int tally_add(struct tally *t, const struct account *account, struct u256 work, struct fault *f);

void tally_clear(struct tally *t);
void tally_sort(struct tally *t);

/* Divides a sum in proportion to work, exactly: each account gets its part rounded down, and the
 * remaining units go, one each, to those with the most work (of equals, to the lower account). 0,
 * or -1 and trouble: more work than possible. */
int tally_divide(struct tally *t, int64_t sum, struct fault *f);

#endif
