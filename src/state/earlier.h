/*
 * Sets of members after earlier blocks: for each height that is kept, the weights that the blocks
 * after it, up to the next such height, have changed, as they were before. So a set is read by
 * undoing them on the set of now, the newest first. Heights after which nothing changed cost
 * nothing.
 */
#ifndef STATE_EARLIER_H
#define STATE_EARLIER_H

#include "record/member.h"
#include "state/state.h"

/* The most heights that can be asked to be kept. */
#define EARLIER_MAX 12

/* Notes that a key had this weight (0: it was no member) after the block of this height, the
 * parent of the one that is being applied; only the first note of a block counts. 0, or -1 and
 * trouble. */
int earlier_note(struct state *s, int64_t height, const uint8_t key[ID_LEN], int64_t weight,
                 struct fault *f);

/* Turns *set, the members now, into those after the block of this height. 0, or -1 and trouble. */
int earlier_set(struct state *s, int64_t height, struct member_set *set, struct fault *f);

/* Forgets the sets of all heights but these, of which there are at most EARLIER_MAX different ones,
 * ascending. 0, or -1 and trouble. */
int earlier_keep(struct state *s, const int64_t *heights, size_t n, struct fault *f);

#endif
