/*
 * Holds a ledger to checkpoints: its best chain once, and then every block before it enters, so
 * that no branch that leaves the best chain below a checkpoint can become it, whatever its work.
 */
#ifndef LEDGER_GUARD_H
#define LEDGER_GUARD_H

#include "ledger/checkpoints.h"
#include "ledger/ledger.h"

#define GUARD_MEMORY 16

/* All zero but for set is a fresh one. */
struct guard {
    const struct checkpoints *set; /* the caller's; where it becomes another, guard_new */
    bool held;                     /* the best chain that ended in tip kept to it */
    struct node tip;
    uint8_t vetted[GUARD_MEMORY][ID_LEN]; /* blocks off the best chain that keep to it, with all
                                             that they stand on */
    unsigned next;
};

/* A fresh guard for this set. */
void guard_new(struct guard *g, const struct checkpoints *set);

/* Whether the best chain keeps to the set, as far as it reaches; what was looked at before is not
 * looked at again. 0, or -1 and a rule or trouble. */
int guard_chain(struct guard *g, struct ledger *l, struct fault *f);

/* Whether no bound block stands higher than the best tip, on a branch with less work. 0, or -1 and
 * a rule or trouble. */
int guard_above(const struct checkpoints *set, struct tree *t, struct fault *f);

/* Whether a block leaves the best chain, which keeps to the set, where it is: a branch that is
 * shorter, and has more work, need not reach a bound block's height to undo it. 0, or -1 and a rule
 * or trouble. */
int guard_best(const struct checkpoints *set, struct tree *t, const struct item *item,
               struct fault *f);

/* Whether a block may enter: by its own height and, with a ledger (else NULL), by what stands below
 * it off the best chain, which must have kept to the set. 0, or -1 and a rule or trouble. */
int guard_block(struct guard *g, struct ledger *l, const struct item *item, struct fault *f);

#endif
