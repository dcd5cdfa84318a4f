/*
 * The newest loose transactions of a stream, by chain, sender and sequence number: two that share
 * all three spend the same, and need no ledger to be refused.
 */
#ifndef JUDGE_SPENDS_H
#define JUDGE_SPENDS_H

#include "stream/stream.h"

/* How many are remembered; then the oldest is forgotten. */
#define SPENDS_MAX (1 << 18)

/* All zero is empty. */
struct spends {
    struct spend *oldest;
};

void spends_free(struct spends *s);

/* Remembers the transaction of an item, unless it is there already. 0, or -1 and a fault: a rule if
 * another one has spent its sequence number. */
int spends_add(struct spends *s, const struct item *item, struct fault *f);

#endif
