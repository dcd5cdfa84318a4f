/*
 * Which items of a stream of blocks fell, so that a fault is told once and not again for each block
 * that builds on the one at fault: of those, the first is told, and the others follow it.
 */
#ifndef LEDGER_FALLEN_H
#define LEDGER_FALLEN_H

#include "base/idmap.h"
#include "stream/stream.h"

/* How many blocks that fell are remembered, the newest. */
#define FALLEN_MAX (1 << 17)

struct fallen {
    struct idset fell; /* blocks that fell */
    struct idset told; /* parents that a block was told to lack, and the blocks that lack one */
    bool genesis_fell;
    bool rootless; /* a block before any genesis block was told */
    bool stray;    /* what came last belongs to no block */
    uint64_t follows;
};

void fallen_init(struct fallen *fl);
void fallen_free(struct fallen *fl);

/* Takes note of an item, after all questions about it: whether it holds. 0, or -1: no memory. */
int fallen_note(struct fallen *fl, const struct item *item, bool holds);

/* Whether the block with this id was noted not to hold. */
bool fallen_has(const struct fallen *fl, const uint8_t id[ID_LEN]);

/* Each of these is asked of an item that falls, and says whether it follows another that was told:
 * 1 or 0. */

/* A block without its parent. -1: no memory. */
int fallen_orphan(struct fallen *fl, const uint8_t parent[ID_LEN], const uint8_t id[ID_LEN]);

/* A block before any genesis block that holds. */
int fallen_rootless(struct fallen *fl);

/* A record that is no block, among blocks. After a header that cannot be read, which was told, it
 * may be of that block's body. */
int fallen_stray(struct fallen *fl);

#endif
