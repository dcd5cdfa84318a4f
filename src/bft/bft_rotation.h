/* The members of one height, their weights, and whose turn it is to propose: a rotation in which
 * everyone proposes as often as its weight says (cometbft's, spec/consensus/proposer-selection). */
#ifndef BFT_BFT_ROTATION_H
#define BFT_BFT_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BFT_MEMBERS_MAX 1000

struct bft_member {
    uint32_t node;
    int64_t weight;   /* at least 0; of all together, at most 2^63-1 */
    int64_t priority; /* in the rotation; sums are clipped at the limits of 64 bits */
};

/* In the order of their addresses: of equal priorities, the first one's counts. */
struct bft_set {
    struct bft_member list[BFT_MEMBERS_MAX];
    size_t count;
    int64_t total; /* weight of all */
    size_t turn;   /* the place of the member who had the last turn */
};

/* A member's place, or BFT_MEMBERS_MAX. */
size_t bft_set_find(const struct bft_set *s, uint32_t node);

/* Whether so much weight is more than two thirds, or more than one third, of all. */
bool bft_set_quorum(const struct bft_set *s, int64_t weight);
bool bft_set_honest(const struct bft_set *s, int64_t weight);

/* `times` turns, at least 1: the place of the member who has the last of them. The priorities are
 * first rescaled and centred, once. */
size_t bft_rotation_turn(struct bft_set *s, uint64_t times);

/* The place of the member who has the turn after so many turns more; 0: s->turn. *s stays as it is;
 * `scratch` is for its use. */
size_t bft_rotation_look(const struct bft_set *s, uint64_t times, struct bft_set *scratch);

/* The set `next`, whose members have weights only, comes after *before (NULL: after none): who was
 * there keeps its priority, whoever is new begins at the end of the queue. A turn has to follow. */
void bft_rotation_follow(struct bft_set *next, const struct bft_set *before);

#endif
