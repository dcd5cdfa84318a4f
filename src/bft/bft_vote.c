#include "bft/bft_vote.h"

#include <string.h>

bool bft_value_equal(const uint8_t a[BFT_VALUE_LEN], const uint8_t b[BFT_VALUE_LEN])
{
    return memcmp(a, b, BFT_VALUE_LEN) == 0;
}

bool bft_vote_is_nil(const struct bft_vote *v)
{
    static const uint8_t nothing[BFT_VALUE_LEN];
    return bft_value_equal(v->value, nothing);
}

static bool is_of_same_step(const struct bft_vote *a, const struct bft_vote *b)
{
    return a->node == b->node && a->height == b->height && a->round == b->round &&
           a->step == b->step;
}

bool bft_vote_equal(const struct bft_vote *a, const struct bft_vote *b)
{
    return is_of_same_step(a, b) && bft_value_equal(a->value, b->value);
}

bool bft_vote_contradicts(const struct bft_vote *a, const struct bft_vote *b)
{
    return is_of_same_step(a, b) && !bft_value_equal(a->value, b->value);
}
