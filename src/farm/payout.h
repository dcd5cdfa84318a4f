/* The transactions by which a mining pool pays its members: what they cost. */
#ifndef FARM_PAYOUT_H
#define FARM_PAYOUT_H

#include "record/rules.h"

#define PAYOUT_MEMO_MAX 32 /* bytes of a memo in its text form */

/* The most that the least fee can be of a transaction by `from` with so many payments, whatever
 * its amounts. 0, or -1 and a rule: the fee depends on signatures
 * of a policy, which are not known here, or is over 2^63-1. */
int payout_fee(const struct rules *r, const struct account *from, size_t payments, int64_t *fee,
               struct fault *f);

#endif
