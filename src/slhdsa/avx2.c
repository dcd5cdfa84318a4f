/* Eight blocks side by side, in AVX2 vectors. */
#include "slhdsa/kernels.h"

#ifdef SLH_AVX

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "hash/lanes_avx2.h"

#include "slhdsa/lanes.h"

TARGET void slh_avx2_walk(struct slh_block *blocks, int steps)
{
    lanes_walk(blocks, steps);
}

TARGET void slh_avx2_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    lanes_compress(states, chunks, n);
}

#else
typedef int slh_dsa_avx2_is_not_for_this_processor;
#endif
