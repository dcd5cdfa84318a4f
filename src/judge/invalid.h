/*
 * Records which items of a stream of blocks were invalid, so that a fault is reported once and not
 * again for each block that builds on the faulty one: of those, the first is reported, and the
 * others follow it.
 */
#ifndef JUDGE_INVALID_H
#define JUDGE_INVALID_H

#include "base/idmap.h"
#include "stream/stream.h"

/* How many invalid blocks are remembered, the newest. */
#define INVALID_MAX (1 << 17)

struct invalid {
    struct idset ids;      /* of invalid blocks */
    struct idset reported; /* missing parents that were reported, and the blocks without them */
    bool genesis;          /* a genesis block was invalid */
    bool rootless;         /* a block before any genesis block was reported */
    bool stray;            /* the last record belongs to no block */
    uint64_t follows;
};

void invalid_init(struct invalid *v);
void invalid_free(struct invalid *v);

/* Records whether an item is valid; call it after the other functions for that item. 0, or -1: no
 * memory. */
int invalid_note(struct invalid *v, const struct item *item, bool holds);

/* Records a block that was reported, and is left out though it may be valid: what builds on it
 * follows it. 0, or -1: no memory. */
int invalid_later(struct invalid *v, const uint8_t id[ID_LEN]);

/* Whether the block with this id was recorded as invalid. */
bool invalid_has(const struct invalid *v, const uint8_t id[ID_LEN]);

/* Each of these is called for an invalid item, and says whether it follows another that was
 * reported: 1 or 0. */

/* A block without its parent. -1: no memory. */
int invalid_orphan(struct invalid *v, const uint8_t parent[ID_LEN], const uint8_t id[ID_LEN]);

/* A block before any valid genesis block. */
int invalid_rootless(struct invalid *v);

/* A record other than a block, among blocks. After an unreadable header, which was reported, it may
 * be part of that block's body. */
int invalid_stray(struct invalid *v);

#endif
