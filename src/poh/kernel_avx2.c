/* Eight chains side by side, in AVX2 vectors. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "hash/lanes_avx2.h"

#define and2(x, y) _mm256_and_si256(x, y)
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
