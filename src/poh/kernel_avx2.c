/* Eight chains side by side, in AVX2 vectors. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { LANES = 8 };
typedef __m256i lanes;
#define load(p) _mm256_load_si256((const __m256i *)(const void *)(p))
#define store(p, x) _mm256_store_si256((__m256i *)(void *)(p), x)
#define spread(x) _mm256_set1_epi32((int)(x))
#define add(x, y) _mm256_add_epi32(x, y)
#define and2(x, y) _mm256_and_si256(x, y)
#define or2(x, y) _mm256_or_si256(x, y)
#define left(x, n) _mm256_slli_epi32(x, n)
#define shift(x, n) _mm256_srli_epi32(x, n)
#define rotate(x, n) _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define xor3(x, y, z) _mm256_xor_si256(_mm256_xor_si256(x, y), z)
#define choose(e, f, g) _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
#define majority(a, b, c)                                                                          \
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
#define digits(x)                                                                                  \
    _mm256_shuffle_epi8(                                                                           \
        _mm256_broadcastsi128_si256(_mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8',     \
                                                  '9', 'a', 'b', 'c', 'd', 'e', 'f')),             \
        x)

#include "poh/kernel_lanes.h"

TARGET void poh_avx2_steps(struct poh_hash *chains, uint64_t n)
{
    lanes_steps(chains, n);
}

#else
typedef int poh_avx2_is_not_for_this_processor;
#endif
