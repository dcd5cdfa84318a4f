/* A chain of blocks as it comes out of a stream, genesis first, each on top of the one before:
 * where one is not, what is summed up of it would be nobody's balance. Signatures, work, times and
 * balances are not judged. */
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
    int64_t fees, reward; /* what the tip's miner gets */
};

/* Takes the next item: a block, whole and of good form, that is the genesis block at first and then
 * the tip's child, its transactions of this chain. 0, or -1 and a rule with its line. */
int chain_take(struct chain *c, const struct item *item, struct fault *f);

#endif
