/*
 * The attest lines of the block that is to come after the one where a tree is (block(5), "Finality
 * over work"): for those who make blocks, or lines for them. They come before the transactions:
 * next_attests_begin, next_attests_add for each in ascending order, next_attests_end, tree_apply.
 */
#ifndef CHAIN_NEXT_ATTESTS_H
#define CHAIN_NEXT_ATTESTS_H

#include "chain/tree.h"
#include "state/attests.h"

struct next_attests {
    struct apply_context in;
    struct attests lines;
    size_t count;
    char last[SIGNED_LINE_SIZE_MAX]; /* the last line */
};

/* Opens a journal for that block, which state_rollback closes: it is open in any case. *n stays
 * where it is until next_attests_end or next_attests_free. 0, or -1 and trouble. */
int next_attests_begin(struct tree *t, struct next_attests *n, struct fault *f);

/* Takes a line, whose signature is not checked. 0, or -1 and a fault:
 * a rule if it cannot stand there after those before; nothing is changed then. */
int next_attests_add(struct next_attests *n, const struct attest *line, struct fault *f);

/* Counts them, and does what comes before the transactions. 0, or -1 and trouble. */
int next_attests_end(struct next_attests *n, struct fault *f);

/* For lines that are not counted. */
void next_attests_free(struct next_attests *n);

#endif
