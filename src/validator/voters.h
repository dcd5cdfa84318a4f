/* The members of a chain, as the engine sees them: a node of the engine is a key, and its name the
 * key's 64 digits. */
#ifndef VALIDATOR_VOTERS_H
#define VALIDATOR_VOTERS_H

#include "bft/bft_rotation.h"
#include "chain/tree.h"
#include "consensus/node_names.h"

/* The node of a key, which is added if it is new: NODE_NONE and *f as by node_names_add. And back.
 */
uint32_t voters_node(struct node_names *names, const uint8_t key[ID_LEN], struct fault *f);
void voters_key(const struct node_names *names, uint32_t node, uint8_t key[ID_LEN]);

/* The members who vote for a block after this one: list and count of *out, without priorities. The
 * tree is moved to the block. 0, or -1 and trouble. */
int voters_after(struct tree *t, struct node_names *names, const struct node *parent,
                 struct bft_set *out, struct fault *f);

/* The rotation at a block. */
struct voters_turns {
    int64_t block, height; /* its number; 0: none */
    struct bft_set set;    /* the members of its height, after their turn */
};

/* Brings *r, which was all zero at first, to this block, of a height of at least 1. The rotation is
 * reckoned from the first height on, so all members have the same whenever they start; but if the
 * block descends from the one where *r is, only from there. No state is asked for but of sets that
 * the store lacks. 0, or -1 and trouble. */
int voters_rotation(struct tree *t, struct node_names *names, const struct node *block,
                    struct voters_turns *r, struct fault *f);

#endif
