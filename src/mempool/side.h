/*
 * Side branches near and far. A branch that leaves the best chain deep in the past, or whose blocks
 * have far less work than those at the tip, is cheap to make, so a program that reads the network
 * neither judges nor keeps such a branch in full before it has more work than the best chain.
 */
#ifndef MEMPOOL_SIDE_H
#define MEMPOOL_SIDE_H

#include "ledger/ledger.h"

#define SIDE_DEPTH 100 /* a near branch leaves the best chain at most this far below its tip, */
#define SIDE_EASIER 4  /* and its blocks have at least this fraction of the work of the tip */

/* Of the blocks above that depth, so many may be in the ledger without being on the best chain: */
#define SIDE_NEAR_BLOCKS (2 * SIDE_DEPTH)
#define SIDE_NEAR_BYTES (4 << 20) /* plus twice the bytes of the best chain's blocks there */

enum side {
    SIDE_ORPHAN, /* the parent is not in the tree */
    SIDE_BEST,   /* the block extends the best chain, or gives its branch more work than that has */
    SIDE_NEAR,   /* it is on a near branch */
    SIDE_FAR,    /* it is on any other */
};

/* Whether the chain to this node leaves the best one at most SIDE_DEPTH below its tip, without any
 * state: 1 or 0, -1 and trouble. */
int side_forks_near(struct tree *t, const struct node *top, struct fault *f);

/* Where in the tree a block would be. Its target is taken as claimed, not checked. *parent is set
 * unless the block is an orphan. Returns an enum side, or -1 and trouble. */
int side_of(struct tree *t, const struct block *b, struct node *parent, struct fault *f);

/* Whether a near block of this size is within the bounds above: 1 or 0, -1 and trouble. */
int side_fits(struct ledger *l, size_t size, struct fault *f);

/* The same of a chain that members seal, for a block upon this parent: each has bounds of its own,
 * so nobody keeps out the blocks of others. Each may have the part of the bounds above that is one
 * for each block that its own must be apart (seal.h), or where that is no rule, for every two
 * members: a branch may be all of those who may seal that often. All, if that is less than one; and
 * SIDE_NEAR_OF_ONE blocks in any case. */
#define SIDE_NEAR_OF_ONE 4
int side_fits_member(struct ledger *l, const struct node *parent, const struct item *item,
                     struct fault *f);

#endif
