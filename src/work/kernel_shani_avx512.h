/*
 * Rounds with the SHA instructions and, in parallel, the schedule in 256-bit vectors of AVX-512,
 * for runs in which word v changes. Each v has its own file, which defines V and includes this one,
 * so that several compilers can work in parallel.
 */
#include "work/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,avx2,avx512f,avx512vl")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "work/lanes_avx2.h"

#undef rotate
#undef xor3
#define rotate(x, n) _mm256_ror_epi32(x, n)
#define xor3(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0x96)

#define pairs_low(x, y) _mm256_unpacklo_epi32(x, y)
#define pairs_high(x, y) _mm256_unpackhi_epi32(x, y)

#include "work/kernel_shani_lanes.h"

#define NAME_(v) mine_shani_avx512_scan_##v
#define NAME(v) NAME_(v)

TARGET uint32_t NAME(V)(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    return shani_scan(run, digits, count);
}

#else
typedef int kernel_shani_avx512_is_not_for_this_processor;
#endif
