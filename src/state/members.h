/*
 * The members of a chain in its state (block(5), "Members"): who is one now, and who was after
 * earlier blocks, as far as a later block is judged by that.
 *
 * The set after the last block stands under a kind of its own: one key a member. Of the sets before
 * it, only what differs is kept, as an undo log, so a block that changes no set costs one lookup
 * (state/earlier.h). All of this is in the state itself and thus in its journals, so undoing a
 * block and reading the index need nothing else. Only the set of a chain without stakes is also
 * part of the state's hash (entries.h).
 */
#ifndef STATE_MEMBERS_H
#define STATE_MEMBERS_H

#include "record/member.h"
#include "state/apply.h"

/* The kinds of keys; a key's id is the member's key. */
#define MEMBER_KIND 'm'       /* a member's weight, and on chains without stakes its wishes */
#define STAKE_MEMBER_KIND 'M' /* the same on chains with stakes, where it has no entry */

/* Makes the first members those of genesis, and adds them to *in->supply if their weights are
 * stakes. in->height is 0. 0, or -1 and a fault: a chain with these rules has no members, or has
 * some; one is under minstake; the supply is over 2^63-1. */
int members_found(const struct apply_context *in, const struct member_set *first, struct fault *f);

/* Sets *out, which was all zero, to the members after the block of this height on the chain of the
 * state: the height `now` of the state itself, or up to two less (those below 0 count as 0). Of
 * older blocks, only those are kept that attests.h asks for. The set of a block's header (TARGET)
 * is the one after its parent. With the state at height h, and so for a block of height h + 1:
 *
 *   members_after(s, r, h, ...)      TARGET of the header of h + 1
 *   members_after(s, r, h - 1, ...)  who may seal h + 1: the set in the header of h
 *   members_after(s, r, h - 2, ...)  who votes for h, in the body of h + 1
 *
 * 0, or -1 and trouble. The caller frees *out with member_set_free. */
int members_after(struct state *s, const struct rules *r, int64_t height, struct member_set *out,
                  struct fault *f);

/* Before and after the transactions of the block at in->height, with its journal open: returns what
 * has been unbonding until now, and forgets sets that nothing asks for any more; and then brings
 * the set up to date. Chains without members: nothing. 0, or -1 and trouble. */
int members_begin_block(const struct apply_context *in, struct fault *f);
int members_end_block(const struct apply_context *in, struct fault *f);

/* For operations: the weight of a key now, 0 if it is no member; and gives it another weight, or
 * with 0 makes it none. 0, or -1 and trouble. */
int member_get(struct state *s, const struct rules *r, const uint8_t key[ID_LEN], int64_t *weight,
               struct fault *f);
int member_put(const struct apply_context *in, const uint8_t key[ID_LEN], int64_t weight,
               struct fault *f);

#endif
