/*
 * Transactions that a reorganisation undid, until the best chain has them again or spends their
 * sequence numbers otherwise, which is a double spend, however much later.
 */
#ifndef LEDGER_UNDONE_H
#define LEDGER_UNDONE_H

#include "stream/stream.h"

#define UNDONE_MAX (1 << 18) /* so many are remembered, the newest */

struct undone;

struct undone *undone_new(void); /* NULL: no memory */
void undone_free(struct undone *u);

/* How many are remembered; and how many had to be forgotten. */
size_t undone_count(const struct undone *u);
size_t undone_forgotten(const struct undone *u);

/* A transaction that was undone: its id, and where its line stands in the ledger. */
struct undone_tx {
    uint8_t id[ID_LEN];
    uint64_t offset;
    size_t len;
};

/* A reorganisation begins: from here on sums count what it undid alone. */
void undone_begin(struct undone *u);

/* Takes in the transactions of a block, which stands at this place in its ledger, that is on the
 * best chain no more. 0, or -1 and trouble. */
int undone_leave(struct undone *u, const struct item *block, uint64_t offset, struct fault *f);

/* Of those that the last reorganisation undid: how many were made again, and how many were spent
 * otherwise. */
struct undone_sum {
    uint64_t again, twice;
};

/* Takes out those that a block, which is now on the best chain, has itself or spends otherwise, and
 * calls each for the latter. each gives 0, or -1 and trouble. Adds to *sum. 0, or -1 and trouble.
 */
int undone_join(struct undone *u, const struct item *block, struct undone_sum *sum,
                int (*each)(void *self, const struct undone_tx *was, const struct entry *is,
                            struct fault *f),
                void *self, struct fault *f);

#endif
