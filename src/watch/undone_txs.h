/*
 * Remembers transactions undone by reorganisations until the best chain has them again, or has
 * others with their sequence numbers: double spends, no matter how much later.
 */
#ifndef WATCH_UNDONE_TXS_H
#define WATCH_UNDONE_TXS_H

#include "stream/stream.h"

#define UNDONE_MAX (1 << 18) /* at most so many are remembered, the newest */

struct undone_txs;

struct undone_txs *undone_txs_new(void); /* NULL: no memory */
void undone_txs_free(struct undone_txs *u);

/* How many are remembered, and how many were dropped because there were too many. */
size_t undone_txs_count(const struct undone_txs *u);
size_t undone_txs_forgotten(const struct undone_txs *u);

/* A transaction that was undone: its id, and the place of its line in the ledger. */
struct undone_tx {
    uint8_t id[ID_LEN];
    uint64_t offset;
    size_t len;
};

/* Begins a reorganisation: from now on, sums count only what this one undid. */
void undone_txs_begin(struct undone_txs *u);

/* Adds the transactions of a block, at this place in its ledger, that has left the best chain. 0,
 * or -1 and trouble. */
int undone_txs_add(struct undone_txs *u, const struct item *block, uint64_t offset,
                   struct fault *f);

/* What became of those that the last reorganisation undid: how many are in blocks again, and how
 * many were double-spent. */
struct undone_sum {
    uint64_t again, double_spent;
};

/* Removes each transaction that is in this block, now on the best chain, or is double-spent by one
 * of its transactions; calls `each` for every double spend, with the undone transaction and the
 * block's entry. Adds to *sum. each gives 0, or -1 and trouble; so does undone_txs_settle. */
int undone_txs_settle(struct undone_txs *u, const struct item *block, struct undone_sum *sum,
                      int (*each)(void *self, const struct undone_tx *was, const struct entry *is,
                                  struct fault *f),
                      void *self, struct fault *f);

#endif
