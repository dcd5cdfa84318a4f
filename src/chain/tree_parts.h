/* Shared by the tree's files only. */
#ifndef CHAIN_TREE_PARTS_H
#define CHAIN_TREE_PARTS_H

#include "chain/tree.h"

/* A walk visits the nodes that were visited last. */
static inline void tree_remember(struct tree *t, const struct node *node)
{
    t->recent[node->n % TREE_RECENT] = *node;
}

/* --- tree_header.c ---------------------------------------------------------------------------- */

/* Judges the header of a block that is not in the tree: 1 it is valid, and its parent is *parent;
 * 0: its parent is not in the tree, or the members who may seal after it are not at hand; -1 and a
 * fault. far: as tree_ancestry takes it. */
int tree_judge_header(struct tree *t, const struct block *b, const uint8_t id[ID_LEN], int64_t now,
                      bool far, struct node *parent, struct fault *f);

/* --- tree_body.c ------------------------------------------------------------------------------ */

/* What a line of a body is given, in a block of this height and time after the one where the tree
 * is. */
struct apply_context tree_context(struct tree *t, int64_t height, int64_t time);

/* Applies the body of a block, in the state of its parent with the journal open; sets new->supply
 * and what its miner earned. 0, or -1 and a fault, with the line of a transaction that breaks a
 * rule. */
int tree_apply_body(struct tree *t, const struct item *item, struct node *new, struct fault *f);

/* --- tree_genesis.c --------------------------------------------------------------------------- */

/* The same for a genesis block, whose lines are grants and members. */
int tree_apply_genesis(struct tree *t, const struct item *item, struct node *new, struct fault *f);

/* --- tree_members.c --------------------------------------------------------------------------- */

/* The ancestry of a block b after parent, which must stay where it is, without the times before it;
 * b NULL: of any block, for its weight. far: the state may be moved however far that is. 1, 0 the
 * members are not at hand, -1 and trouble. */
int tree_ancestry(struct tree *t, const struct node *parent, const struct block *b, bool far,
                  struct ancestry *a, struct fault *f);

/* Whether that needs no state of another block than the one where the tree is. */
bool tree_has_sealers(const struct tree *t, const struct node *parent);

/* The members who vote for a block of height 1 or more, valid until the second call after this one.
 * 0, or -1 and trouble. */
int tree_voters(struct tree *t, const struct node *block, const struct member_set **out,
                struct fault *f);

/* Sets new->set, after the block was applied. 0, or -1 and trouble. */
int tree_follow_members(struct tree *t, const struct rules *r, struct node *new, struct fault *f);

/* After that: gives a set that is not its parent's to the store. 0, or -1 and trouble. */
int tree_store_set(struct tree *t, const struct node *new, struct fault *f);

void tree_forget_members(struct tree *t);

/* --- tree_votes.c ----------------------------------------------------------------------------- */

/* Checks that the lines that members sign may stand in this body, and its votes, if they are due; a
 * block's signatures are checked elsewhere (stream.h). Sets new->final. 0, or -1 and a fault. */
int tree_votes_check(struct tree *t, const struct item *item, const struct node *parent,
                     struct node *new, struct fault *f);

/* --- tree_attests.c --------------------------------------------------------------------------- */

/* Counts the attest lines of a body, in the state of its parent with the journal open, and follows
 * in new->final what they make final. 0, or -1 and a fault. */
int tree_attests_count(struct tree *t, const struct apply_context *in, const struct item *item,
                       struct node *new, struct fault *f);

#endif
