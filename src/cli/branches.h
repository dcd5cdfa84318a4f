/* By which branches a policy can be spent, with what somebody has. Only programs use this: it
 * prints. */
#ifndef CLI_BRANCHES_H
#define CLI_BRANCHES_H

#include "cli/preimage.h"
#include "record/book.h"

/* What somebody has, and when. */
struct holdings {
    const struct account *keys; /* that sign; count 0: all that a branch asks for */
    size_t count;
    const struct preimage *preimages;
    size_t preimage_count;
    int64_t height; /* of the next block */
    int64_t time;   /* of the block before it; -1: not known */
    int64_t spacing;
};

/* Prints a line for each branch, "BRANCH open|locked|lacking|never: WORDS", and says whether one
 * is open. */
bool cli_put_branches(const struct book *b, const struct policy *p, const struct holdings *h);

/* The branch's preimage among these, or NULL. */
const struct preimage *preimage_of(const struct policy_branch *branch, const struct preimage *all,
                                   size_t n);

#endif
