/* Eight blocks side by side, in AVX2 vectors. */
#include "slhdsa/kernels.h"

#ifdef SLH_AVX

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "slhdsa/eight.h"

#define rotate(x, n) _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define xor3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
#define choose(e, f, g) _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
#define majority(a, b, c)                                                                          \
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))

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
