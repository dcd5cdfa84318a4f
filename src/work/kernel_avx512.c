/* Sixteen attempts in parallel, in AVX-512 vectors. */
#include "work/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f")))
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { LANES = 16 };
typedef __m512i lanes;
#define load(p) _mm512_loadu_si512(p)
#define spread(p) _mm512_set1_epi32((int)*(p))
#define add(x, y) _mm512_add_epi32(x, y)
#define or2(x, y) _mm512_or_si512(x, y)
#define shift(x, n) _mm512_srli_epi32(x, n)
#define rotate(x, n) _mm512_ror_epi32(x, n)
#define xor3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define choose(e, f, g) _mm512_ternarylogic_epi32(e, f, g, 0xca)
#define majority(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0xe8)
#define under(x, limit) _mm512_cmple_epu32_mask(x, limit)

#include "work/kernel_lanes.h"

TARGET static uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    return MINE_SCAN_ANY(lanes_scan, run, digits, count);
}

uint64_t mine_avx512_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan);
}

#else
typedef int kernel_avx512_is_not_for_this_processor;
#endif
