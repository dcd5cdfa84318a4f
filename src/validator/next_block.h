/* The block that a member proposes: on a given parent, with the votes for it, and with transactions
 * of the pool. */
#ifndef VALIDATOR_NEXT_BLOCK_H
#define VALIDATOR_NEXT_BLOCK_H

#include "base/buf.h"
#include "crypto/secret_key.h"
#include "ledger/ledger.h"

struct next_block {
    struct ledger *ledger;
    const struct node *parent;
    const struct buf *votes; /* lines, as the body begins with them */
    const char *pool;        /* a file of transactions (mempool/pool.h); NULL: none */
    const struct secret_key *key;
    int64_t now; /* Unix seconds; 0: the block's time is as early as it may be */
};

/* Appends the block, sealed, as lines; and gives its id. 0, or -1 and a fault: a rule if no block
 * can follow. */
int next_block_make(const struct next_block *n, struct buf *out, uint8_t id[ID_LEN],
                    struct fault *f);

#endif
