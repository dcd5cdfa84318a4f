/* How final the blocks of a ledger are (block(5), "Seals"; vote(5)): for those who show them. */
#ifndef QUERY_FINAL_H
#define QUERY_FINAL_H

#include "chain/tree.h"

enum final_status {
    FINAL_NO,
    FINAL_JUSTIFIED, /* a checkpoint that its chain has justified, and not made final */
    FINAL_YES,       /* it is final, or an ancestor of a block that is */
};

/* Whether blocks after genesis ever become final on this chain. */
bool final_is_possible(const struct tree *t);

/* The status of a block of the best chain, by what that has made final and justified up to its tip.
 * The tree moves there. 0, or -1 and trouble. */
int final_status(struct tree *t, const struct node *node, enum final_status *out, struct fault *f);

/* Whether a block off the best chain is final all the same, because two final blocks exclude each
 * other and it is the one that does not count, or an ancestor of it. 1 or 0, -1 and trouble. */
int final_is_excluded(struct tree *t, const struct node *node, struct fault *f);

#endif
