/* Sixteen chains side by side, in AVX-512 vectors. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "hash/lanes_avx512.h"

#define and2(x, y) _mm512_and_si512(x, y)
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
