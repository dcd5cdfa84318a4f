/* Eight attempts in parallel, in AVX2 vectors. */
#include "work/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "work/lanes_avx2.h"

#define choose(e, f, g) _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
#define majority(a, b, c)                                                                          \
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
#define under(x, limit)                                                                            \
    (unsigned)_mm256_movemask_ps(                                                                  \
        _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_min_epu32(x, limit), x)))

#include "work/kernel_lanes.h"

TARGET static uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    return MINE_SCAN_ANY(lanes_scan, run, digits, count);
}

uint64_t mine_avx2_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan);
}

#else
typedef int kernel_avx2_is_not_for_this_processor;
#endif
