/*
 * The interface of the miner's inner loops, the rows of kernel.c's table; for kernel*.c only.
 *
 * If only the nonce's last four digits change, only one word of the input changes: word v, 8 to 12.
 * So 65,536 attempts form a run. They share the rounds before v, and every word of the message
 * schedule (FIPS 180-4, section 6.2.2), and every term of a word, that does not depend on v. A
 * kernel computes groups of attempts in parallel, and reports those whose first word meets the
 * first word of the target, which nearly always decides.
 */
#ifndef WORK_KERNEL_H
#define WORK_KERNEL_H

#include "hash/sha256.h"
#include "work/miner.h"

#include <stdint.h>

#define RUN_NONCES 65536u /* that differ only in the last four digits */
#define RUN_STEP 16u      /* consecutive attempts that differ only in the last digit, 0 to f */

struct mine_run {
    int v;               /* the word that changes */
    uint32_t state[8];   /* a to h after the rounds before v or, if v is odd, before v - 1 */
    uint32_t by_four[8]; /* the same before round 8 or, if v is 12, before round 12 */
    /* For each word of the schedule, the sum of its terms that do not depend on v (the whole word,
     * if it is the same for every attempt); and the same plus the round's constant. */
    uint32_t fixed[64], fixed_k[64];
    uint32_t first; /* the first word of the midstate, to which the last round's a is added */
    uint32_t most;  /* the first word of the target */
};

/*
 * Searches `count` attempts from the one with these last four digits; both are multiples of
 * RUN_STEP, count is not 0, and all of them are in the run. Gives the index of the first attempt
 * whose hash's first word is not over `most`, or count.
 */
typedef uint32_t mine_scan(const struct mine_run *run, uint32_t digits, uint32_t count);

/* Defines the scan for a run of any v, given a function that takes v as a constant. */
#define MINE_SCAN_ANY(scan, run, digits, count)                                                    \
    ((run)->v == 12   ? scan(run, digits, count, 12)                                               \
     : (run)->v == 11 ? scan(run, digits, count, 11)                                               \
     : (run)->v == 10 ? scan(run, digits, count, 10)                                               \
     : (run)->v == 9  ? scan(run, digits, count, 9)                                                \
                      : scan(run, digits, count, 8))

/* Defines a kernel's search, given its scan. */
uint64_t mine_search_runs(const struct mine_job *job, uint64_t first, uint64_t count,
                          mine_scan *scan);

/* The search of the portable kernel. */
uint64_t mine_search_portable(const struct mine_job *job, uint64_t first, uint64_t count);

/* The words of the schedule that depend on word v: bit t for word t. A constant, if v is one. */
static inline uint64_t mine_reached(int v)
{
    return v == 12   ? 0xfffffffffea81000
           : v == 11 ? 0xffffffffff540800
           : v == 10 ? 0xffffffffffaa0400
           : v == 9  ? 0xffffffffffd50200
                     : 0xffffffffff800100;
}

/* Word v of the attempts with these last four digits; only the upper three are set. */
static inline uint32_t mine_upper_digits(uint32_t digits)
{
    static const char hex[] = "0123456789abcdef";
    return (uint32_t)hex[digits >> 12 & 15] << 24 | (uint32_t)hex[digits >> 8 & 15] << 16 |
           (uint32_t)hex[digits >> 4 & 15] << 8;
}

/* The table's rows, each in its own file. */
#if defined(__x86_64__)
uint64_t mine_shani_avx512_search(const struct mine_job *job, uint64_t first, uint64_t count);
mine_scan mine_shani_avx512_scan_8, mine_shani_avx512_scan_9, mine_shani_avx512_scan_10,
    mine_shani_avx512_scan_11, mine_shani_avx512_scan_12;
uint64_t mine_shani_search(const struct mine_job *job, uint64_t first, uint64_t count);
uint64_t mine_avx512_search(const struct mine_job *job, uint64_t first, uint64_t count);
uint64_t mine_avx2_search(const struct mine_job *job, uint64_t first, uint64_t count);
#endif

#if defined(__aarch64__)
uint64_t mine_armv8_search(const struct mine_job *job, uint64_t first, uint64_t count);
#endif

#endif
