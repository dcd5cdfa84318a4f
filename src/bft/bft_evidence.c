#include "bft/bft_evidence.h"

struct collected {
    const struct bft_set *set;
    const struct bft_vote *votes;
    size_t count;
};

/* Whether a quorum prevoted a value in a round. */
static bool has_polka(const struct collected *c, int32_t round, const uint8_t *value)
{
    int64_t sum = 0;
    bool voted[BFT_MEMBERS_MAX] = {false};
    for (size_t i = 0; i < c->count; i++) {
        const struct bft_vote *v = &c->votes[i];
        size_t place = bft_set_find(c->set, v->node);
        if (v->step != BFT_PREVOTE || v->round != round || place == BFT_MEMBERS_MAX ||
            voted[place] || !bft_value_equal(v->value, value))
            continue;
        voted[place] = true;
        sum += c->set->list[place].weight;
    }
    return bft_set_quorum(c->set, sum);
}

/* Whether prevotes of a round from `from` on and below `below` allow a value. */
static bool is_released(const struct collected *c, int32_t from, int32_t below,
                        const uint8_t *value)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct bft_vote *v = &c->votes[i];
        if (v->step == BFT_PREVOTE && v->round >= from && v->round < below &&
            bft_value_equal(v->value, value) && has_polka(c, v->round, value))
            return true;
    }
    return false;
}

/* Whether a member precommitted in a, and prevoted another value in b, later. */
static bool forgets(const struct bft_vote *a, const struct bft_vote *b)
{
    return a->node == b->node && a->height == b->height && a->step == BFT_PRECOMMIT &&
           b->step == BFT_PREVOTE && b->round > a->round && !bft_vote_is_nil(a) &&
           !bft_vote_is_nil(b) && !bft_value_equal(a->value, b->value);
}

static bool convicts(const struct collected *c, const struct bft_vote *a, const struct bft_vote *b,
                     struct bft_culprit *out)
{
    bool amnesia = forgets(a, b);
    if (amnesia ? is_released(c, a->round, b->round, b->value) : !bft_vote_contradicts(a, b))
        return false;
    *out = (struct bft_culprit){.node = a->node, .amnesia = amnesia, .first = *a, .second = *b};
    return true;
}

static bool convict(const struct collected *c, uint32_t node, struct bft_culprit *out)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->votes[i].node != node)
            continue;
        for (size_t k = 0; k < c->count; k++)
            if (c->votes[k].node == node && convicts(c, &c->votes[i], &c->votes[k], out))
                return true;
    }
    return false;
}

size_t bft_culprits(const struct bft_set *set, const struct bft_vote *votes, size_t n,
                    struct bft_culprit *out)
{
    const struct collected c = {set, votes, n};
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        count += convict(&c, set->list[i].node, &out[count]);
    return count;
}
