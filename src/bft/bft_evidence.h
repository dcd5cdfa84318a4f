/* Who broke the rules, from votes that anybody has collected: for a court, not for the engine.
 *
 * A vote is signed, so two of them prove that a member contradicted itself. That a member forgot a
 * lock is seen from more: it precommitted one value, and later prevoted another, and among all
 * votes there is no quorum of prevotes that released it in between. Votes that nobody shows do not
 * count, so whoever is named may show them. If two values were decided at one height, members with
 * more than a third of the weight are named. (Buchman, Kwon and Milosevic; cometbft's
 * spec/light-client/accountability, F1 and F2.) */
#ifndef BFT_BFT_EVIDENCE_H
#define BFT_BFT_EVIDENCE_H

#include "bft/bft_vote.h"

/* first, second: what contradicts; of an amnesia, the precommit and the later prevote. */
struct bft_culprit {
    uint32_t node;
    bool amnesia;
    struct bft_vote first, second;
};

/* Names each member once, in the set's order: out has space for all of them. `votes` are n votes of
 * one height, signed by members of this set; the caller has checked that. How many it names. */
size_t bft_culprits(const struct bft_set *set, const struct bft_vote *votes, size_t n,
                    struct bft_culprit *out);

#endif
