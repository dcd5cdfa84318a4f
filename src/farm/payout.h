/* The transactions by which a mining pool pays its members: what they cost. */
#ifndef FARM_PAYOUT_H
#define FARM_PAYOUT_H

#include "record/rules.h"

#define PAYOUT_MEMO_MAX 32 /* bytes of a memo in its text form */

/* The fees of the transactions by `from` that make so many payments, `most` in each: `given` for
 * each or, if that is -1, the most that the least fee can be, whatever the amounts. 0, or -1 and a
 * rule: the fee depends on signatures of a policy, which are not known here, or they are over
 * 2^63-1. */
int payout_fees(const struct rules *r, const struct account *from, size_t payments, size_t most,
                int64_t given, int64_t *fees, struct fault *f);

#endif
