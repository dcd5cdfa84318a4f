/* Shared by the tree's files only. */
#ifndef CHAIN_TREE_PARTS_H
#define CHAIN_TREE_PARTS_H

#include "chain/tree.h"

/* A walk visits the nodes that were visited last. */
static inline void tree_remember(struct tree *t, const struct node *node)
{
    t->recent[node->n % TREE_RECENT] = *node;
}

#endif
