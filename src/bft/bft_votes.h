/* The prevotes and precommits of one height, by round, and what they add up to. */
#ifndef BFT_BFT_VOTES_H
#define BFT_BFT_VOTES_H

#include "bft/bft_vote.h"

/* place: the member's in the set. second: it contradicts another vote of that member, and so counts
 * for its value, but not for how many have voted. */
struct bft_counted {
    struct bft_vote vote;
    size_t place;
    bool second;
};

struct bft_round {
    int32_t round;
    struct bft_counted *list[2]; /* by step: BFT_PREVOTE, BFT_PRECOMMIT */
    size_t count[2], cap[2];
};

/* All zero is empty and owns nothing. The rounds ascend; one without votes may be missing. */
struct bft_votes {
    struct bft_round *rounds;
    size_t count, cap;
};

enum bft_added { BFT_FAILED = -1, BFT_KNOWN, BFT_NEW, BFT_CONTRADICTION };

/* Adds the vote of the member at `place`. A member may have two in a round and step: a third takes
 * the place of the second, so a quorum that is shown to this node always counts, whatever its
 * members have told this node besides. BFT_CONTRADICTION: it is a member's second, and *first is
 * the other. BFT_FAILED: no memory. */
enum bft_added bft_votes_add(struct bft_votes *x, const struct bft_vote *v, size_t place,
                             struct bft_vote *first);

/* Whether this vote of this member is here. */
bool bft_votes_has(const struct bft_votes *x, const struct bft_vote *v);

/* The round, or NULL if nobody has voted in it. */
const struct bft_round *bft_votes_round(const struct bft_votes *x, int32_t round);

/* The weight of those who voted for a value; who voted at all. */
int64_t bft_votes_for(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                      enum bft_step step, const uint8_t value[BFT_VALUE_LEN]);
int64_t bft_votes_any(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                      enum bft_step step);

/* The value for which a quorum voted in that round and step; all zero: nothing; NULL: none. */
const uint8_t *bft_votes_quorum(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                                enum bft_step step);

/* The weight of those who voted in that round or in a higher one. */
int64_t bft_votes_from(const struct bft_votes *x, const struct bft_set *set, int32_t round);

/* Forgets the votes of a member in rounds above `above`, but for its highest one; so a liar cannot
 * fill memory with rounds that nobody else is in. */
void bft_votes_trim(struct bft_votes *x, size_t place, int32_t above);

void bft_votes_clear(struct bft_votes *x);

#endif
