/* Proofs of what an account had (state(5)). */
#ifndef QUERY_PROVING_STATE_H
#define QUERY_PROVING_STATE_H

#include "ledger/ledger.h"

/* Appends all that shows what an account had after the block of this height or, if no state line is
 * about that, the last one before it that one is about: the header of the block that holds the
 * state line, a `proof` of the line, the line, and a `present` or `absent` line. On the chain that
 * ends at tip; height -1: as late as possible. 1, 0: there is no such line yet, -1 and a fault. */
int proving_account(struct ledger *l, const struct node *tip, int64_t height,
                    const struct account *account, struct buf *out, struct fault *f);

#endif
