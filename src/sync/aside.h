/* What one peer has given of a branch that has not more work than ours: bounded, as it costs little
 * to make, and is held though it may be of no use. */
#ifndef SYNC_ASIDE_H
#define SYNC_ASIDE_H

#include "ledger/trial.h"

#define ASIDE_BLOCKS 10000     /* what it may give, */
#define ASIDE_BYTES (64 << 20) /* besides twice what ours has above the fork */

/* All zero at first, and again where the branch becomes the best one. */
struct aside {
    int64_t blocks, bytes;           /* given so far */
    int64_t room_blocks, room_bytes; /* what it may give, once it has begun */
};

/* Counts a block of the branch: 0, or -1 and a rule where it is one too many, or trouble. */
int aside_add(struct aside *a, struct trial *t, const struct item *item, struct fault *f);

#endif
