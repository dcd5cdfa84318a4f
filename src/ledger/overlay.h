/*
 * An overlay on a ledger, which is not written: blocks, each judged in full against its parent's
 * state, in a temporary tree (chain/store_temp.h) on top of the ledger as it is at one moment, or
 * of nothing if there is no ledger yet.
 *
 * Blocks that extend the best chain are given to the caller, parents first. Those of a side branch
 * are held, in a temporary file, until their branch has more work than the best one.
 */
#ifndef LEDGER_OVERLAY_H
#define LEDGER_OVERLAY_H

#include "ledger/ledger.h"
#include "record/state_line.h"

struct overlay;

/* An overlay on the ledger at path, which stays the caller's. chain: the genesis id that it must
 * have, and that the first block must have if there is no ledger; NULL: that of the ledger, which
 * must exist. NULL and a fault. */
struct overlay *overlay_new(const char *path, const uint8_t *chain, struct fault *f);
void overlay_free(struct overlay *t);

/* The chain's genesis id; its rules, NULL until there is a genesis block. */
const uint8_t *overlay_chain(const struct overlay *t);
const struct rules *overlay_rules(const struct overlay *t);

/* The best tip so far; NULL until there is a genesis block. */
const struct node *overlay_best(const struct overlay *t);

/* Whether the block with this id is in the ledger, or has arrived and is valid: 1 or 0, -1 and
 * trouble. */
int overlay_has(struct overlay *t, const uint8_t id[ID_LEN], struct fault *f);

/* Judges a well-formed block whose signatures are checked (not item->broken), and adds it if it is
 * valid: tree_check's verdicts, or -1 and trouble. Call overlay_next until it gives 0 before adding
 * another. */
int overlay_add(struct overlay *t, const struct item *item, int64_t now, struct fault *f);

/* Appends the next block of the best chain that was not given yet to *out: 1, 0 if there is none
 * now, -1 and trouble. */
int overlay_next(struct overlay *t, struct buf *out, struct fault *f);

/* Whether overlay_next has a block to give. */
bool overlay_has_next(const struct overlay *t);

/* The state line for the state after a known block (chain/tree_state.h). 0, or -1 and trouble. */
int overlay_state_line(struct overlay *t, const uint8_t id[ID_LEN], struct state_line *out,
                       struct fault *f);

/* How far the best tip is above a known block: blocks, and their bytes in a ledger; 0 if it is not
 * above. 0, or -1 and trouble. */
int overlay_above(struct overlay *t, const uint8_t id[ID_LEN], int64_t *blocks, uint64_t *bytes,
                  struct fault *f);

/* Appends a locator (gossip(7)) of the best chain to the `count` ids that are in ids already:
 * newest first, with doubling gaps, genesis last, and max ids in all; without a genesis block, an
 * id that nobody has. Gives the new count, or -1 and trouble. */
int overlay_locate(struct overlay *t, uint8_t ids[][ID_LEN], int count, int max, struct fault *f);

/* Moves the overlay to the ledger as it is now, if that has changed and has all blocks given so
 * far. Held blocks are judged again there if there are at most OVERLAY_CARRY_BLOCKS of them, in a
 * file of at most OVERLAY_CARRY_BYTES; otherwise they are dropped, but not before
 * OVERLAY_BLOCKS_MAX blocks have arrived. 1: it moved, 0: nothing happened, -1 and trouble. */
#define OVERLAY_CARRY_BLOCKS 1000
#define OVERLAY_CARRY_BYTES (4 << 20)
#define OVERLAY_BLOCKS_MAX 20000
int overlay_renew(struct overlay *t, struct fault *f);

#endif
