/*
 * What a ledger is held to: blocks that it must have at their heights, by the word of auditors
 * whose keys somebody trusts. Read from a file (checkpoint(5)) of `key` lines, which say whose word
 * counts, and `checkpoint` lines, which are their words.
 */
#ifndef LEDGER_CHECKPOINTS_H
#define LEDGER_CHECKPOINTS_H

#include "record/checkpoint.h"

#include <stdbool.h>

#define CHECKPOINTS_BYTES_MAX (16 << 20) /* of a file */
#define CHECKPOINTS_KEYS_MAX 1024        /* key lines in it */
#define CHECKPOINTS_MAX 8192             /* checkpoints in it by those keys */

/* A block that must stand at its height, and how many keys say so. */
struct bound {
    int64_t height;
    uint8_t block[ID_LEN];
    size_t keys;
};

/* A key that names two blocks at one height, so that there it counts for nothing: on which lines.
 */
struct contradiction {
    uint8_t key[ID_LEN];
    int64_t height;
    uint64_t lines[2];
};

/* All zero holds nothing, and holds a ledger to nothing. */
struct checkpoints {
    bool has_chain; /* somebody's word counts, and is of this chain */
    uint8_t chain[ID_LEN];
    struct bound *bounds; /* lowest first, one a height */
    size_t count;
    struct contradiction *contradictions; /* lowest first, one a key and height */
    size_t contradictions_count;
};

/* Reads what n bytes of a file say, where so many different keys must name a block for it to bind.
 * Refused: a line that is none of its lines, a false signature of a key that counts, two chains, no
 * key line or fewer than needed, more of anything than above, and two blocks at one height that
 * both have keys enough. What keys say that stand in no key line is left alone. 0, or -1 and a
 * fault, *c then empty. */
int checkpoints_parse(struct checkpoints *c, const char *bytes, size_t n, size_t needed,
                      struct fault *f);

/* The same with the file at path. Its faults do not name it. */
int checkpoints_read(struct checkpoints *c, const char *path, size_t needed, struct fault *f);

void checkpoints_free(struct checkpoints *c);

/* The first of the bounds that is at this height or above; c->count: none. */
size_t checkpoints_from(const struct checkpoints *c, int64_t height);

/* Whether a block with this id may stand at this height. 0, or -1 and a rule that begins with
 * "checkpoint: ". */
int checkpoints_check(const struct checkpoints *c, int64_t height, const uint8_t id[ID_LEN],
                      struct fault *f);

/* -1, and the rule that a branch breaks which would undo this bound block by its work alone. */
int checkpoints_undone(const struct bound *b, struct fault *f);

/* The same of a best chain with this tip, lower than the bound block, which is there as well. */
int checkpoints_aside(const struct bound *b, int64_t tip, struct fault *f);

#endif
