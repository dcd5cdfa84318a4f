#include "pbft/pbft_quorum.h"

static int64_t weight_of(const struct pbft_quorum *q, uint64_t mask)
{
    int64_t sum = 0;
    for (; mask != 0; mask &= mask - 1)
        sum += q->weights[__builtin_ctzll(mask)];
    return sum;
}

/* 3 * sum > 2 * total, without a product that overflows. */
bool pbft_is_quorum(const struct pbft_quorum *q, uint64_t mask)
{
    return weight_of(q, mask) > q->total - (q->total + 2) / 3;
}

bool pbft_has_honest(const struct pbft_quorum *q, uint64_t mask)
{
    return weight_of(q, mask) >= (q->total + 2) / 3;
}
