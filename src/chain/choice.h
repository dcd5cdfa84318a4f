/*
 * The fork choice (block(5), "Seals"): the best tip is the heaviest among the descendants of the
 * highest final block of the file, and of equals the first. Of two final blocks that exclude each
 * other, the one that was made final first counts. It depends on the order of the blocks and on
 * what their nodes say, and on nothing else: so whoever reads a ledger again comes to the same.
 */
#ifndef CHAIN_CHOICE_H
#define CHAIN_CHOICE_H

#include "chain/tree.h"

/* Takes the tree's next node, in the order of their numbers; *c is all zero before the first. Only
 * nodes up to this one are looked at. 1: the best tip is another one, 0: it is not, -1 and trouble.
 */
int choice_take(struct tip_choice *c, struct tree *t, const struct node *new, struct fault *f);

/* Whether a tip with this chain, of this weight, would be the best one: node is its parent, or
 * itself. 1 or 0, -1 and trouble. */
int choice_beats(const struct tip_choice *c, struct tree *t, const struct node *node,
                 struct u256 weight, struct fault *f);

#endif
