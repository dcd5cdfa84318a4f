/* A chain of blocks read from a stream: genesis first, then each block's child. Anything else is
 * refused, since sums over it would be nobody's balance. Signatures, work, times and balances are
 * not checked. */
#ifndef EXPORT_CHAIN_H
#define EXPORT_CHAIN_H

#include "state/apply.h"
#include "stream/stream.h"

/* All zero before the first block. */
struct chain {
    bool begun;
    uint8_t genesis[ID_LEN], tip[ID_LEN]; /* ids */
    int64_t height;                       /* of the tip */
    struct rules rules;
    int64_t fees, reward; /* the reward and fees of the tip's miner */
};

/* Reads the next item: a whole, well-formed block, first the genesis block and then always the
 * tip's child, with transactions of this chain. 0, or -1 and a rule with its line. */
int chain_take(struct chain *c, const struct item *item, struct fault *f);

#endif
