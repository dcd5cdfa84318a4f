/*
 * Appends blocks to a ledger, in whatever order they arrive. An orphan is kept until its parent
 * arrives (orphans.h), and is then taken in turn.
 *
 * If the blocks come from strangers, a block on a side branch is appended at once only if the
 * branch is near the tip and within the bounds of side.h. Otherwise it waits until its branch has
 * more work than the best chain (branches.h); the branch is then appended as a whole. Where members
 * seal, a header cannot be checked without its state, so such a block is refused for now.
 */
#ifndef MEMPOOL_INTAKE_H
#define MEMPOOL_INTAKE_H

#include "mempool/branches.h"
#include "mempool/orphans.h"
#include "mempool/side.h"

/* What the caller does with each block. All return 0, or -1 and trouble, unless stated otherwise.
 */
struct intake_owner {
    /* Judges a block and appends it, with the verdicts of ledger_append. For a block that waits, it
     * is not called before its branch is appended. */
    int (*append)(void *self, const struct item *item, struct reorg *reorg, struct fault *f);
    /* Whether a block may wait outside the ledger, which is asked before it waits: 0, or -1 and a
     * rule, or trouble. */
    int (*admit)(void *self, const struct item *item, struct fault *f);
    int (*accepted)(void *self, const struct item *item, const struct reorg *reorg,
                    struct fault *f);
    /* It breaks the rule *why. */
    int (*invalid)(void *self, const struct item *item, const struct fault *why, struct fault *f);
    /* It is in the ledger already. */
    int (*duplicate)(void *self, const struct item *item, struct fault *f);
    /* It waits outside the ledger; again: it did so already. */
    int (*waits)(void *self, const struct item *item, bool again, struct fault *f);
    /* A block is dropped because its parent did not arrive in time, or was refused. */
    int (*dropped)(void *self, const uint8_t id[ID_LEN], uint64_t line,
                   const uint8_t parent[ID_LEN], struct fault *f);
    void *self;
};

struct intake;

/* strangers: side branches wait. The ledger stays the caller's. NULL: no memory. */
struct intake *intake_new(struct ledger *l, bool strangers, struct intake_owner owner);
void intake_free(struct intake *in);

/* Takes a block that is not broken; the ledger must be begun (ledger_begin). now: Unix seconds. 0,
 * or -1 and trouble. */
int intake_block(struct intake *in, const struct item *item, int64_t now, struct fault *f);

/* At the end: drops all orphans. 0, or -1 and trouble. */
int intake_end(struct intake *in, struct fault *f);

/* How many blocks never reached the ledger: their branches still wait for more work, or were
 * evicted. */
uint64_t intake_left(const struct intake *in);

#endif
