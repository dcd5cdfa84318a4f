/*
 * The checkpoints that a ledger must agree with: blocks that it must have at their heights,
 * according to auditors whose keys are trusted. Read from a file (checkpoint(5)) of `key` lines,
 * the trusted auditors, and `checkpoint` lines, their statements.
 */
#ifndef FINALITY_CHECKPOINTS_H
#define FINALITY_CHECKPOINTS_H

#include "record/checkpoint.h"

#include <stdbool.h>

#define CHECKPOINTS_BYTES_MAX (16 << 20) /* of a file */
#define CHECKPOINTS_KEYS_MAX 1024        /* key lines in it */
#define CHECKPOINTS_MAX 8192             /* checkpoints in it by those keys */

/* The one block that is allowed at its height, and how many keys name it. */
struct checkpointed {
    int64_t height;
    uint8_t block[ID_LEN];
    size_t keys;
};

/* A key that names two blocks at one height, and on which lines. At that height, its statements do
 * not count. */
struct contradiction {
    uint8_t key[ID_LEN];
    int64_t height;
    uint64_t lines[2];
};

/* All zero is an empty set, which requires nothing. */
struct checkpoints {
    bool has_chain; /* there is a trusted checkpoint, and it is for this chain */
    uint8_t chain[ID_LEN];
    struct checkpointed *blocks; /* by height, one for each */
    size_t count;
    struct contradiction *contradictions; /* by height, one for each key and height */
    size_t contradictions_count;
};

/* Parses n bytes of a file. A block is checkpointed if `needed` different keys name it. Checkpoints
 * by keys that are not trusted are ignored. Refuses any other line, an invalid signature by a
 * trusted key, two chains, no key line or fewer than needed, more of anything than the limits
 * above, and two blocks at one height that both have enough keys. 0, or -1 and a fault; *c is then
 * empty. */
int checkpoints_parse(struct checkpoints *c, const char *bytes, size_t n, size_t needed,
                      struct fault *f);

/* The same with the file at path. Faults do not name the file. */
int checkpoints_read(struct checkpoints *c, const char *path, size_t needed, struct fault *f);

void checkpoints_free(struct checkpoints *c);

/* The index of the first checkpointed block at this height or above; c->count: none. */
size_t checkpoints_from(const struct checkpoints *c, int64_t height);

/* Whether a block with this id is allowed at this height. 0, or -1 and a rule that begins with
 * "checkpoint: ". */
int checkpoints_check(const struct checkpoints *c, int64_t height, const uint8_t id[ID_LEN],
                      struct fault *f);

/* Gives -1 and the rule that a branch with more work breaks if it would undo this block. */
int checkpoints_undone(const struct checkpointed *b, struct fault *f);

/* The same for a best chain whose tip is below this block, which is known but on another branch. */
int checkpoints_off_best(const struct checkpointed *b, int64_t tip, struct fault *f);

#endif
