/* Finds things with the index: the blocks of a transaction, the blocks of the best chain in order.
 */
#ifndef INDEX_LOOKUP_H
#define INDEX_LOOKUP_H

#include "index/index.h"

/* Calls each for every block that has the transaction with this id, latest arrival first: its
 * number, and whether it is on the best chain. each gives 0 to go on, 1 for enough, -1 and trouble.
 * 0, or -1 and trouble. */
int index_tx_blocks(struct index *ix, const uint8_t id[ID_LEN],
                    int (*each)(void *self, int64_t n, bool best, struct fault *f), void *self,
                    struct fault *f);

/* Calls each for the ids of blocks, or of transactions, including side branches, from low to high:
 * the first `most` of them, in order. each gives 0, or -1 and trouble. 0, or -1 and trouble. */
enum index_ids { INDEX_BLOCK_IDS, INDEX_TX_IDS };
int index_ids(struct index *ix, enum index_ids which, const uint8_t low[ID_LEN],
              const uint8_t high[ID_LEN], int most,
              int (*each)(void *self, const uint8_t id[ID_LEN], struct fault *f), void *self,
              struct fault *f);

/* The place of a block of the best chain in the ledger. */
struct block_place {
    uint8_t id[ID_LEN];
    uint64_t offset, size, line;
};

/* Calls each for every block of the best chain from this height on, in order. The places are not
 * covered by a checksum: the caller must hash what it reads there. */
int index_best_from(struct index *ix, int64_t height,
                    int (*each)(void *self, const struct block_place *p, struct fault *f),
                    void *self, struct fault *f);

#endif
