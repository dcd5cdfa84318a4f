/* What liars do, and who is to blame in the end: a part of bftworld.h. */
#ifndef LIB_BFTLIARS_H
#define LIB_BFTLIARS_H

#include "bftworld.h"

static inline uint32_t liar_any(struct world *w)
{
    return w->honest + (uint32_t)chance_below(&w->chance, w->liars);
}

/* Sends it to some members, each with one chance in two. */
static inline void liar_send(struct world *w, uint32_t liar, struct bft_item *x)
{
    world_collect(w, x);
    for (uint32_t to = 0; to < w->honest; to++)
        if (chance_below(&w->chance, 2) == 0)
            world_post(w, liar, to, &x->head);
    engine_item_unref(&x->head);
}

static inline struct bft_item *liar_item(enum bft_kind kind)
{
    struct bft_item *x = bft_item_new(kind);
    if (x == NULL)
        errx(2, "out of memory");
    return x;
}

/* A vote for something that was proposed, or for nothing, in the last rounds or in no honest one.
 */
static inline void liar_vote(struct world *w, const struct bft_vote *about)
{
    struct bft_item *x = liar_item(BFT_VOTES);
    struct fault f;
    const struct bft_item *other = w->proposals[chance_below(&w->chance, WORLD_VALUES)];
    struct bft_vote v = {.height = about->height, .round = about->round, .valid_round = -1};
    v.node = liar_any(w);
    v.step = chance_below(&w->chance, 2) == 0 ? BFT_PREVOTE : BFT_PRECOMMIT;
    if (chance_below(&w->chance, 30) == 0)
        v.round += (int32_t)chance_below(&w->chance, 1000);
    if (chance_below(&w->chance, 3) > 0)
        memcpy(v.value, about->value, sizeof v.value);
    else if (other != NULL && chance_below(&w->chance, 2) == 0)
        memcpy(v.value, other->vote.value, sizeof v.value);
    w->toys.sign(w->toys.context, &v, &f);
    if (chance_below(&w->chance, 50) == 0)
        v.node = (uint32_t)chance_below(&w->chance, w->honest); /* forged: it does not hold */
    if (bft_item_add_vote(x, &v) != 0)
        errx(2, "out of memory");
    if (v.node < w->honest) {
        world_post(w, liar_any(w), (uint32_t)chance_below(&w->chance, w->honest), &x->head);
        engine_item_unref(&x->head);
        return;
    }
    liar_send(w, v.node, x);
}

/* In any round that may be its turn: something else for each. */
static inline void liar_propose(struct world *w, const struct bft_item *about)
{
    static uint64_t serial = 1000;
    struct bft_item *x = liar_item(BFT_PROPOSAL);
    struct fault f;
    char text[32];
    uint32_t liar = liar_any(w);
    int n = snprintf(text, sizeof text, "lie %llu\n", (unsigned long long)++serial);
    struct payload *lie = payload_new(text, (size_t)n);
    struct bft_entry e = {.id = {.client = liar, .serial = serial}, .payload = lie};
    x->vote = about->vote;
    x->vote.node = liar;
    x->vote.round += (int32_t)chance_below(&w->chance, 2);
    x->vote.height += chance_below(&w->chance, 4) == 0;
    x->vote.valid_round = x->vote.round > 0 && chance_below(&w->chance, 2) == 0
                              ? (int32_t)chance_below(&w->chance, (uint64_t)x->vote.round)
                              : -1;
    if (chance_below(&w->chance, 2) == 0)
        e = about->entries[0];
    if (lie == NULL || bft_item_add_entry(x, e.id, e.payload) != 0)
        errx(2, "out of memory");
    w->toys.name(w->toys.context, e.id, e.payload, x->vote.value);
    w->toys.sign(w->toys.context, &x->vote, &f);
    payload_unref(lie);
    liar_send(w, liar, x);
}

/* A decision that only liars have signed, or an old item again. */
static inline void liar_decide(struct world *w, struct bft_item *about)
{
    struct bft_item *x = liar_item(BFT_DECIDED);
    struct fault f;
    x->height = about->vote.height;
    if (bft_item_add_entry(x, about->entries[0].id, about->entries[0].payload) != 0)
        errx(2, "out of memory");
    for (uint32_t i = w->honest; i < w->count; i++) {
        struct bft_vote v = about->vote;
        v.node = i;
        v.step = BFT_PRECOMMIT;
        v.valid_round = -1;
        w->toys.sign(w->toys.context, &v, &f);
        if (bft_item_add_vote(x, &v) != 0)
            errx(2, "out of memory");
    }
    liar_send(w, liar_any(w), x);
    engine_item_ref(&about->head);
    liar_send(w, liar_any(w), about);
}

static inline void world_lie(struct world *w)
{
    if (w->liars == 0 || w->heard == 0)
        return;
    for (int i = 0; i < 2; i++) {
        size_t back = chance_below(&w->chance, 3);
        struct bft_item *about = w->proposals[(w->heard + WORLD_VALUES - 1 - back) % WORLD_VALUES];
        if (about == NULL)
            continue;
        if (chance_below(&w->chance, 2) == 0)
            liar_vote(w, &about->vote);
        if (chance_below(&w->chance, 10) == 0)
            liar_propose(w, about);
        if (chance_below(&w->chance, 60) == 0)
            liar_decide(w, about);
    }
}

/* The culprits of one height. */
static inline size_t world_culprits(const struct world *w, uint64_t height, struct bft_culprit *c)
{
    size_t n = 0;
    struct bft_vote *votes = calloc(w->vote_count + 1, sizeof *votes);
    if (votes == NULL)
        errx(2, "out of memory");
    for (size_t i = 0; i < w->vote_count; i++)
        if (w->votes[i].height == height)
            votes[n++] = w->votes[i];
    n = bft_culprits(&w->set, votes, n, c);
    free(votes);
    return n;
}

static inline uint64_t world_last_height(const struct world *w)
{
    uint64_t last = 0;
    for (size_t i = 0; i < w->vote_count; i++)
        if (w->votes[i].height > last && w->votes[i].height < WORLD_HEIGHTS)
            last = w->votes[i].height;
    return last;
}

static inline bool world_blames_honest(const struct world *w)
{
    struct bft_culprit c[WORLD_NODES];
    for (uint64_t height = world_last_height(w); height > 0; height--) {
        size_t n = world_culprits(w, height, c);
        for (size_t i = 0; i < n; i++)
            if (c[i].node < w->honest)
                return true;
    }
    return false;
}

static inline bool world_blames_third(const struct world *w)
{
    struct bft_culprit c[WORLD_NODES];
    return 3 * world_culprits(w, w->fork, c) > w->count;
}

#endif
