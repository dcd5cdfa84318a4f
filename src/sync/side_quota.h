/* Limits how much one peer may send of a branch that does not have more work than ours: such a
 * branch is cheap to make, and is kept although it may prove useless. */
#ifndef SYNC_SIDE_QUOTA_H
#define SYNC_SIDE_QUOTA_H

#include "ledger/overlay.h"

#define SIDE_BLOCKS_MAX 10000     /* the limits, */
#define SIDE_BYTES_MAX (64 << 20) /* plus twice what our branch has above the fork */

/* All zero at first, and again when the branch becomes the best one. */
struct side_quota {
    int64_t blocks, bytes;         /* received so far */
    int64_t max_blocks, max_bytes; /* the limits, once the branch has begun */
};

/* Counts a block of the branch: 0, or -1 and a rule if it exceeds a limit, or trouble. */
int side_quota_add(struct side_quota *a, struct overlay *t, const struct item *item,
                   struct fault *f);

#endif
