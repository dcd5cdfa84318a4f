#include "bft/bft_votes.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static size_t round_place(const struct bft_votes *x, int32_t round)
{
    return ARRAY_PLACE(x->rounds, x->count, round, round);
}

const struct bft_round *bft_votes_round(const struct bft_votes *x, int32_t round)
{
    size_t at = round_place(x, round);
    return at < x->count && x->rounds[at].round == round ? &x->rounds[at] : NULL;
}

bool bft_votes_has(const struct bft_votes *x, const struct bft_vote *v)
{
    const struct bft_round *r = bft_votes_round(x, v->round);
    for (size_t i = 0; r != NULL && i < r->count[v->step]; i++)
        if (r->list[v->step][i].vote.node == v->node &&
            bft_value_equal(r->list[v->step][i].vote.value, v->value))
            return true;
    return false;
}

/* The round, made if it is missing. NULL: no memory. */
static struct bft_round *reach(struct bft_votes *x, int32_t round)
{
    size_t at = round_place(x, round);
    if (at < x->count && x->rounds[at].round == round)
        return &x->rounds[at];
    if (ARRAY_RESERVE(x->rounds, x->cap, x->count + 1) != 0)
        return NULL;
    memmove(x->rounds + at + 1, x->rounds + at, (x->count - at) * sizeof *x->rounds);
    x->rounds[at] = (struct bft_round){.round = round};
    x->count++;
    return &x->rounds[at];
}

enum bft_added bft_votes_add(struct bft_votes *x, const struct bft_vote *v, size_t place,
                             struct bft_vote *first)
{
    struct bft_round *r = reach(x, v->round);
    struct bft_counted *had = NULL, *second = NULL;
    if (r == NULL)
        return BFT_FAILED;
    for (size_t i = 0; i < r->count[v->step]; i++) {
        struct bft_counted *c = &r->list[v->step][i];
        if (c->place != place)
            continue;
        if (bft_value_equal(c->vote.value, v->value))
            return BFT_KNOWN;
        *(c->second ? &second : &had) = c;
    }
    if (had != NULL)
        *first = had->vote;
    if (second != NULL) {
        second->vote = *v;
        return BFT_NEW;
    }
    if (ARRAY_RESERVE(r->list[v->step], r->cap[v->step], r->count[v->step] + 1) != 0)
        return BFT_FAILED;
    r->list[v->step][r->count[v->step]++] = (struct bft_counted){
        .vote = *v, .place = place, .second = had != NULL};
    return had != NULL ? BFT_CONTRADICTION : BFT_NEW;
}

int64_t bft_votes_for(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                      enum bft_step step, const uint8_t value[BFT_VALUE_LEN])
{
    const struct bft_round *r = bft_votes_round(x, round);
    int64_t sum = 0;
    for (size_t i = 0; r != NULL && i < r->count[step]; i++)
        if (bft_value_equal(r->list[step][i].vote.value, value))
            sum += set->list[r->list[step][i].place].weight;
    return sum;
}

int64_t bft_votes_any(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                      enum bft_step step)
{
    const struct bft_round *r = bft_votes_round(x, round);
    int64_t sum = 0;
    for (size_t i = 0; r != NULL && i < r->count[step]; i++)
        if (!r->list[step][i].second)
            sum += set->list[r->list[step][i].place].weight;
    return sum;
}

const uint8_t *bft_votes_quorum(const struct bft_votes *x, const struct bft_set *set, int32_t round,
                                enum bft_step step)
{
    const struct bft_round *r = bft_votes_round(x, round);
    if (r == NULL || !bft_set_quorum(set, bft_votes_any(x, set, round, step)))
        return NULL;
    for (size_t i = 0; i < r->count[step]; i++) {
        const uint8_t *value = r->list[step][i].vote.value;
        if (i > 0 && bft_value_equal(value, r->list[step][i - 1].vote.value))
            continue;
        if (bft_set_quorum(set, bft_votes_for(x, set, round, step, value)))
            return value;
    }
    return NULL;
}

static void mark(const struct bft_round *r, bool *voted)
{
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < r->count[step]; i++)
            voted[r->list[step][i].place] = true;
}

int64_t bft_votes_from(const struct bft_votes *x, const struct bft_set *set, int32_t round)
{
    bool voted[BFT_MEMBERS_MAX] = {false};
    int64_t sum = 0;
    for (size_t i = round_place(x, round); i < x->count; i++)
        mark(&x->rounds[i], voted);
    for (size_t i = 0; i < set->count; i++)
        sum += voted[i] ? set->list[i].weight : 0;
    return sum;
}

/* Removes the member's votes from a round; whether it had any. */
static bool remove_from(struct bft_round *r, size_t place)
{
    bool had = false;
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < r->count[step];) {
            if (r->list[step][i].place != place) {
                i++;
                continue;
            }
            had = true;
            r->list[step][i] = r->list[step][--r->count[step]];
        }
    return had;
}

static bool has_votes_of(const struct bft_round *r, size_t place)
{
    for (int step = 0; step < 2; step++)
        for (size_t i = 0; i < r->count[step]; i++)
            if (r->list[step][i].place == place)
                return true;
    return false;
}

static void drop_round(struct bft_votes *x, size_t at)
{
    free(x->rounds[at].list[0]);
    free(x->rounds[at].list[1]);
    x->count--;
    memmove(x->rounds + at, x->rounds + at + 1, (x->count - at) * sizeof *x->rounds);
}

void bft_votes_trim(struct bft_votes *x, size_t place, int32_t above)
{
    bool highest = true;
    for (size_t at = x->count; at-- > 0 && x->rounds[at].round > above;) {
        struct bft_round *r = &x->rounds[at];
        if (highest) {
            highest = !has_votes_of(r, place);
            continue;
        }
        if (remove_from(r, place) && r->count[0] + r->count[1] == 0)
            drop_round(x, at);
    }
}

void bft_votes_clear(struct bft_votes *x)
{
    while (x->count > 0)
        drop_round(x, x->count - 1);
    free(x->rounds);
    *x = (struct bft_votes){0};
}
