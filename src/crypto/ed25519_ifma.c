#include "crypto/ed25519_ifma.h"

#ifdef ED25519_IFMA

#include "crypto/lanes_ifma.h"

#include "crypto/ed25519_lanes.h"

int ed25519_ifma_load(struct fault *f)
{
    return make_tables(f);
}

void ed25519_ifma_check(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    check_all(jobs, points, n);
}

const struct ed25519_parts ed25519_ifma_parts = {
    .lanes = LANES,
    .limbs = LIMBS,
    .half_bits = 2 * LIMB_BITS,
    .carried = {(1ULL << 51) + (1 << 14) - 1, (1ULL << 51) + (1 << 14) - 1},
    .factors = {(1ULL << 52) - 1, (1ULL << 52) - 1},
    .calculate = calculate,
    .hash = hash,
};

#else
typedef int ed25519_ifma_is_not_for_this_processor;
#endif
