/* Rounds by the SHA instructions, and beside them the schedule in AVX-512's vectors of 256 bits. */
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

#include "work/kernel_shani.h"

/* Three headers of four have their nonce where v is 12. The others are left to the vectors alone:
 * such code for every v would take minutes to compile. */
TARGET static uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    return run->v == 12 ? shani_scan(run, digits, count, 12) : mine_avx512_scan(run, digits, count);
}

uint64_t mine_shani_avx512_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan);
}

#else
typedef int kernel_shani_avx512_is_not_for_this_processor;
#endif
