/*
 * Enforces checkpoints on a ledger: checks its best chain once, and then every block before it is
 * appended, so that no branch that forks off below a checkpoint can become the best, whatever its
 * work.
 */
#ifndef FINALITY_GUARD_H
#define FINALITY_GUARD_H

#include "finality/checkpoints.h"
#include "ledger/ledger.h"

#define GUARD_MEMORY 16

/* All zero except for set is a new guard. */
struct guard {
    const struct checkpoints *set; /* the caller's; call guard_new if it changes */
    bool held;                     /* the best chain up to tip agrees with it */
    struct node tip;
    uint8_t vetted[GUARD_MEMORY][ID_LEN]; /* blocks off the best chain that agree with it, like all
                                             their ancestors */
    unsigned next;
};

/* A new guard for this set. */
void guard_new(struct guard *g, const struct checkpoints *set);

/* Whether the best chain agrees with the set, as far as it reaches; blocks checked before are not
 * checked again. 0, or -1 and a rule or trouble. */
int guard_chain(struct guard *g, struct ledger *l, struct fault *f);

/* Whether no bound block is higher than the best tip, on a branch with less work. 0, or -1 and
 * a rule or trouble. */
int guard_above(const struct checkpoints *set, struct tree *t, struct fault *f);

/* Whether the best chain may stay the best beside this block: a shorter branch with more work can
 * undo a bound block without reaching its height. 0, or -1 and a rule or trouble. */
int guard_best(const struct checkpoints *set, struct tree *t, const struct item *item,
               struct fault *f);

/* Whether a block may be appended: by its own height and, with a ledger (else NULL), by its
 * ancestors off the best chain, which must agree with the set. 0, or -1 and a rule or trouble. */
int guard_block(struct guard *g, struct ledger *l, const struct item *item, struct fault *f);

#endif
