/*
 * The state line of a chain with `rule state` (state(5)): the root of a sparse Merkle tree over the
 * state (state/smt.h), which follows the tree of blocks: when a line is due, all keys that the
 * journals between two blocks name are looked up again. So blocks between cost nothing, and a
 * reorganisation needs nothing of its own.
 */
#ifndef CHAIN_TREE_STATE_H
#define CHAIN_TREE_STATE_H

#include "chain/tree.h"
#include "record/state_line.h"

/* Whether a state line is due in the block after one of this height. */
bool tree_state_is_due(const struct rules *r, int64_t parent);

/* How many transactions stand in a block's body; 0 in genesis. */
int64_t tree_tx_count(const struct rules *r, const struct node *node);

/* The state line for the state where the tree is. No journal may be open. 0, or -1 and trouble. */
int tree_state_line(struct tree *t, struct state_line *out, struct fault *f);

/* The way to a place in the state where the tree is. 0, or -1 and trouble. */
int tree_state_find(struct tree *t, const uint8_t place[STATE_ID_LEN], struct smt_path *path,
                    struct fault *f);

/* For tree.c: checks the state line of a block, or that it has none; the tree is at its parent. 0,
 * or -1 and a fault. And: forgets everything loaded. */
int tree_state_check(struct tree *t, const struct item *item, struct fault *f);
void tree_state_clear(struct tree *t);

/* For the store: gives all that has changed to put, as smt_flush does; the page with an empty id
 * says whose state it is. */
int tree_state_flush(struct tree *t, smt_put *put, void *self, struct fault *f);

#endif
