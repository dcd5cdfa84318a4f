/* Shared by the files of finality/checkpoints. */
#ifndef FINALITY_CHECKPOINTS_PARTS_H
#define FINALITY_CHECKPOINTS_PARTS_H

#include "base/buf.h"
#include "finality/checkpoints.h"

/* One checkpoint of a file, by a trusted key. */
struct checkpoint_vote {
    int64_t height;
    uint8_t block[ID_LEN], key[ID_LEN];
    uint64_t line;
};

/* --- checkpoints_settle.c --------------------------------------------------------------------- */

/* Lists in *c the blocks that `needed` keys name, and the contradictions. votes: an array of struct
 * checkpoint_vote, which is sorted, and loses those that do not count. 0, or -1 and a fault: a rule
 * if enough keys name two blocks at one height. *c owns what it lists in either case. */
int checkpoints_settle(struct checkpoints *c, struct buf *votes, size_t needed, struct fault *f);

#endif
