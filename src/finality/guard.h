/*
 * Enforces checkpoints on a ledger: checks its best chain once, and then every block before it is
 * appended, so that no branch that forks off below a checkpoint can become the best, whatever its
 * work.
 */
#ifndef FINALITY_GUARD_H
#define FINALITY_GUARD_H

#include "finality/checkpoints.h"
#include "ledger/ledger.h"

#define GUARD_MEMORY 16 /* side branches that are not checked again */

/* All zero except for set is a new guard. */
struct guard {
    const struct checkpoints *set; /* the caller's; call guard_new if it changes */
    bool agrees;                   /* the best chain up to tip agrees with the set */
    struct node tip;
    uint8_t vetted[GUARD_MEMORY][ID_LEN]; /* blocks off the best chain that agree with the set, like
                                             all their ancestors */
    unsigned next;
};

/* A new guard for this set, which stays the caller's. */
void guard_new(struct guard *g, const struct checkpoints *set);

/* Checks that the best chain agrees with the set, as far as it reaches. Blocks checked before are
 * not checked again. 0, or -1 and a rule or trouble. */
int guard_chain(struct guard *g, struct ledger *l, struct fault *f);

/* Checks that no checkpointed block is above the height of the best tip, on a branch with less
 * work. 0, or -1 and a rule or trouble. */
int guard_above(const struct checkpoints *set, struct tree *t, struct fault *f);

/* Checks that this block, whose signatures are checked, would not undo a checkpointed block by
 * becoming the best tip: a shorter branch can do that without reaching its height, if it has more
 * work, or if this block makes one of it final. The tree may move. 0, or -1 and a rule or trouble.
 */
int guard_best(const struct checkpoints *set, struct tree *t, const struct item *item,
               struct fault *f);

/* Checks that a block may be appended: its own id and, unless l is NULL, those of its ancestors off
 * the best chain must agree with the set, and guard_best must allow it. 0, or -1 and a rule or
 * trouble. */
int guard_block(struct guard *g, struct ledger *l, const struct item *item, struct fault *f);

#endif
