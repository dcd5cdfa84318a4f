/* Whose turn it is to seal the block after the best tip (block(5), "sign"). */
#ifndef CHAIN_TURN_H
#define CHAIN_TURN_H

#include "chain/tree.h"

struct turn {
    struct account whose; /* the member whose block weighs more */
    bool is_member;       /* the one who asks may seal, ... */
    int64_t apart;        /* ... once so many blocks of others have come */
};

/* The turn on a chain that members seal, as seen by this account. 0, or -1 and trouble. */
int tree_turn(struct tree *t, const struct account *who, struct turn *out, struct fault *f);

#endif
