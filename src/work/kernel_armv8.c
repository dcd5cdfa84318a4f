/* Four interleaved attempts with ARMv8's SHA instructions. */
#include "work/kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#if defined(__clang__)
#define TARGET __attribute__((target("sha2")))
#else
#define TARGET __attribute__((target("+crypto")))
#endif
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { TURNS = 4 };

/* An attempt: its state, and the last sixteen words of the schedule, with words t to t + 3 at t / 4
 * % 4. */
struct attempt {
    uint32x4_t abcd, efgh, w[4];
};

/* Rounds 4i to 4i + 3. */
INLINE void four_rounds(struct attempt *a, int i)
{
    uint32x4_t *w = a->w, abcd = a->abcd;
    if (i >= 4)
        w[i & 3] = vsha256su1q_u32(vsha256su0q_u32(w[i & 3], w[(i + 1) & 3]), w[(i + 2) & 3],
                                   w[(i + 3) & 3]);
    uint32x4_t wk = vaddq_u32(w[i & 3], vld1q_u32(sha256_constants + (size_t)4 * (size_t)i));
    a->abcd = vsha256hq_u32(abcd, a->efgh, wk);
    a->efgh = vsha256h2q_u32(a->efgh, abcd, wk);
}

/* The instructions do four rounds at once: if word v is in the middle of four, the rounds before it
 * are repeated. */
INLINE void begin(struct attempt *a, const struct mine_run *run, uint32_t word)
{
    uint32_t w[16];
    for (int t = 0; t < 16; t++)
        w[t] = t == run->v ? word : run->fixed[t];
    a->abcd = vld1q_u32(run->by_four);
    a->efgh = vld1q_u32(run->by_four + 4);
    for (int i = 0; i < 4; i++)
        a->w[i] = vld1q_u32(w + (size_t)4 * (size_t)i);
}

/* The index of the first candidate of four attempts, or TURNS. */
INLINE uint32_t group(const struct mine_run *run, uint32_t upper, const uint8_t *low)
{
    struct attempt a[TURNS];
    for (int j = 0; j < TURNS; j++)
        begin(&a[j], run, upper | low[j]);
#pragma GCC unroll 16
    for (int i = 2; i < 16; i++) {
        if (i == 2 && run->v >= 12)
            continue;
        four_rounds(&a[0], i);
        four_rounds(&a[1], i);
        four_rounds(&a[2], i);
        four_rounds(&a[3], i);
    }
    for (uint32_t j = 0; j < TURNS; j++)
        if (vgetq_lane_u32(a[j].abcd, 0) + run->first <= run->most)
            return j;
    return TURNS;
}

TARGET static uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    static const uint8_t low[] = "0123456789abcdef";
    for (uint32_t i = 0; i < count; i += TURNS) {
        uint32_t at = group(run, mine_upper_digits(digits + i), low + (digits + i) % 16);
        if (at < TURNS)
            return i + at;
    }
    return count;
}

uint64_t mine_armv8_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan);
}

#else
typedef int kernel_armv8_is_not_for_this_processor;
#endif
