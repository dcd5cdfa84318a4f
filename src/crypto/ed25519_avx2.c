#include "crypto/ed25519_avx2.h"

#ifdef ED25519_AVX2

#include "crypto/lanes_avx2.h"

#include "crypto/ed25519_lanes.h"

int ed25519_avx2_load(struct fault *f)
{
    return make_tables(f);
}

void ed25519_avx2_check(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    check_all(jobs, points, n);
}

const struct ed25519_parts ed25519_avx2_parts = {
    .lanes = LANES,
    .limbs = LIMBS,
    .half_bits = 51,
    .carried = {(1 << 26) + (1 << 16) - 1, (1 << 25) + (1 << 16) - 1},
    .factors = {3 * (1 << 26) + (1 << 16), 3 * (1 << 25) + (1 << 16)},
    .calculate = calculate,
    .hash = hash,
};

#else
typedef int ed25519_avx2_is_not_for_this_processor;
#endif
