/*
 * Side branches held in memory, outside the ledger, until they have more work than the best chain.
 * Their headers are checked in full; their bodies are judged only when the branch is appended, so a
 * branch from deep in the past costs no walk through old states.
 *
 * The memory is bounded: beyond the bounds, the branch with the least work for the space that it
 * takes loses its last block. So nobody can evict a branch without having done as much work.
 */
#ifndef MEMPOOL_BRANCHES_H
#define MEMPOOL_BRANCHES_H

#include "chain/tree.h"

#define BRANCHES_BYTES_MAX (64 << 20)
#define BRANCHES_BLOCKS_MAX 16384

struct branches;

struct branches *branches_new(void); /* NULL: no memory */
void branches_free(struct branches *b);

bool branches_has(const struct branches *b, const uint8_t id[ID_LEN]);
size_t branches_count(const struct branches *b);

/* Checks the header of a block that does not wait yet, whose signatures are checked and whose
 * parent waits or is in the tree; with now < 0 the clock is ignored. TREE_GOOD: it waits now;
 * TREE_ORPHAN: there is no such parent; TREE_BAD and *f; -1 and trouble. */
int branches_add(struct branches *b, struct tree *t, const struct item *item, int64_t now,
                 struct fault *f);

/* Whether the waiting block with this id gives its branch more work than the tree's best one. */
bool branches_outweighs(const struct branches *b, const struct tree *t, const uint8_t id[ID_LEN]);

/* Removes the first block of the branch that ends at the waiting block with this id: 1 and *out
 * has only this block, valid until the next call with out; 0: the block does not wait (any more);
 * -1 and trouble. */
int branches_take(struct branches *b, const uint8_t id[ID_LEN], struct batch *out, struct fault *f);

/* Removes a child of a block that does not wait (any more): 1, its id and its line in the stream
 * that it arrived in; or 0. */
int branches_drop(struct branches *b, const uint8_t parent[ID_LEN], uint8_t id[ID_LEN],
                  uint64_t *line);

/* Beyond the bounds, removes the blocks with the least work for their space, and some more, so that
 * it need not do so at every block. *evicted: how many. 0, or -1: no memory. */
int branches_evict(struct branches *b, size_t *evicted);

#endif
