/* The SHA instructions and AVX-512 together: the scan of a run, by the word that changes. */
#include "work/kernel.h"

#if defined(__x86_64__)

static uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    static mine_scan *const of[] = {mine_shani_avx512_scan_8, mine_shani_avx512_scan_9,
                                    mine_shani_avx512_scan_10, mine_shani_avx512_scan_11,
                                    mine_shani_avx512_scan_12};
    return of[run->v - 8](run, digits, count);
}

uint64_t mine_shani_avx512_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan);
}

#else
typedef int kernel_shani_avx512_is_not_for_this_processor;
#endif
