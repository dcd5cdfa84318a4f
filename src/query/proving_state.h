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

/* The same on the best chain, and of this height alone, for peers that may ask again and again:
 * gives 0 as well if the state line stands in a block more than PROVING_BLOCKS, or PROVING_BYTES of
 * blocks, below the tip. *read: about as much work as to read so many bytes. It leaves the tree
 * below the tip, where the next such question is cheap. */
#define PROVING_BLOCKS 4096
#define PROVING_BYTES (16 << 20)
int proving_account_near(struct ledger *l, int64_t height, const struct account *account,
                         struct buf *out, uint64_t *read, struct fault *f);

#endif
