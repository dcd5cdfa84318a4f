/* Sixteen chains side by side, in AVX-512 vectors. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { LANES = 16 };
typedef __m512i lanes;
#define load(p) _mm512_load_si512(p)
#define store(p, x) _mm512_store_si512(p, x)
#define spread(x) _mm512_set1_epi32((int)(x))
#define add(x, y) _mm512_add_epi32(x, y)
#define and2(x, y) _mm512_and_si512(x, y)
#define or2(x, y) _mm512_or_si512(x, y)
#define left(x, n) _mm512_slli_epi32(x, n)
#define shift(x, n) _mm512_srli_epi32(x, n)
#define rotate(x, n) _mm512_ror_epi32(x, n)
#define xor3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define choose(e, f, g) _mm512_ternarylogic_epi32(e, f, g, 0xca)
#define majority(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0xe8)
#define digits(x)                                                                                  \
    _mm512_shuffle_epi8(                                                                           \
        _mm512_broadcast_i32x4(_mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9',     \
                                             'a', 'b', 'c', 'd', 'e', 'f')),                       \
        x)

#include "poh/kernel_lanes.h"

TARGET void poh_avx512_steps(struct poh_hash *chains, uint64_t n)
{
    lanes_steps(chains, n);
}

#else
typedef int poh_avx512_is_not_for_this_processor;
#endif
