/* Votes and proposals that came before their time: of heights to come, or before their block. */
#ifndef VALIDATOR_HELD_LINES_H
#define VALIDATOR_HELD_LINES_H

#include "bft/bft_vote.h"

#define HELD_LINES_OF_ONE 32                                 /* of one member, */
#define HELD_LINES_MAX (HELD_LINES_OF_ONE * BFT_MEMBERS_MAX) /* ... and of all */

/* All zero is an empty list that owns nothing. */
struct held_lines {
    struct bft_vote *list;
    size_t count, cap;
};

/* Adds one. A member's oldest gives way to its newest. 0, or -1: no memory. */
int held_lines_add(struct held_lines *h, const struct bft_vote *v);

/* Removes the i-th; the others keep their order. */
void held_lines_remove(struct held_lines *h, size_t i);

/* Removes those of this height and below. */
void held_lines_forget(struct held_lines *h, uint64_t height);
void held_lines_free(struct held_lines *h);

#endif
