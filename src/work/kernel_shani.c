/* Four interleaved attempts with the SHA instructions alone: each instruction for two rounds must
 * wait for the one before it, and the other three attempts use that time. */
#include "work/kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE TARGET __attribute__((always_inline)) static inline

enum { TURNS = 4 };

/* An attempt: the state in the halves that the instructions take, and the last sixteen words of the
 * schedule, with words t to t + 3 at t / 4 % 4. */
struct attempt {
    __m128i abef, cdgh, w[4];
};

INLINE __m128i four(const uint32_t *words)
{
    return _mm_loadu_si128((const __m128i *)(const void *)words);
}

/* The schedule's words 4i to 4i + 3, from the sixteen before them. */
INLINE __m128i next_words(const __m128i w[4], int i)
{
    __m128i w2 = w[(i + 2) & 3], w3 = w[(i + 3) & 3];
    __m128i sum = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
    return _mm_sha256msg2_epu32(_mm_add_epi32(sum, _mm_alignr_epi8(w3, w2, 4)), w3);
}

/* Rounds 4i to 4i + 3, except those before word v. */
INLINE void four_rounds(struct attempt *a, int v, int i)
{
    if (i >= 4)
        a->w[i & 3] = next_words(a->w, i);
    __m128i wk = _mm_add_epi32(a->w[i & 3], four(sha256_constants + (size_t)4 * (size_t)i));
    __m128i before = a->abef, after = a->cdgh;
    if (4 * i >= (v & ~1)) {
        after = before;
        before = _mm_sha256rnds2_epu32(a->cdgh, a->abef, wk);
    }
    a->abef = _mm_sha256rnds2_epu32(after, before, _mm_shuffle_epi32(wk, 0x0e));
    a->cdgh = before;
}

INLINE void four_rounds_of_all(struct attempt a[TURNS], int v, int i)
{
    if (i < v / 4)
        return;
    four_rounds(&a[0], v, i);
    four_rounds(&a[1], v, i);
    four_rounds(&a[2], v, i);
    four_rounds(&a[3], v, i);
}
/* The word at i, followed by zeros. */
INLINE __m128i only(uint32_t word, int i)
{
    __m128i last = _mm_slli_si128(_mm_cvtsi32_si128((int)word), 12);
    return i == 0   ? _mm_cvtsi32_si128((int)word)
           : i == 1 ? _mm_srli_si128(last, 8)
           : i == 2 ? _mm_srli_si128(last, 4)
                    : last;
}

INLINE void begin(struct attempt *a, const struct mine_run *run, int v, uint32_t word)
{
    const int *state = (const int *)run->state;
    a->abef = _mm_set_epi32(state[0], state[1], state[4], state[5]);
    a->cdgh = _mm_set_epi32(state[2], state[3], state[6], state[7]);
    a->w[0] = four(run->fixed);
    a->w[1] = four(run->fixed + 4);
    a->w[2] = four(run->fixed + 8);
    a->w[3] = four(run->fixed + 12);
    a->w[v / 4] = _mm_or_si128(a->w[v / 4], only(word, v % 4));
}

/* The candidates among four attempts, as bits. */
INLINE unsigned group(const struct mine_run *run, int v, uint32_t upper, const uint8_t *low)
{
    struct attempt a[TURNS];
    begin(&a[0], run, v, upper | low[0]);
    begin(&a[1], run, v, upper | low[1]);
    begin(&a[2], run, v, upper | low[2]);
    begin(&a[3], run, v, upper | low[3]);
#define FOUR(i) four_rounds_of_all(a, v, i);
#define FOUR_TIMES(f, i) f(i) f(i + 1) f(i + 2) f(i + 3)
    FOUR_TIMES(FOUR, 0)
    FOUR_TIMES(FOUR, 4)
    FOUR_TIMES(FOUR, 8)
    FOUR_TIMES(FOUR, 12)
    __m128i first = _mm_unpackhi_epi64(_mm_unpackhi_epi32(a[0].abef, a[1].abef),
                                       _mm_unpackhi_epi32(a[2].abef, a[3].abef));
    first = _mm_add_epi32(first, _mm_set1_epi32((int)run->first));
    __m128i most = _mm_min_epu32(first, _mm_set1_epi32((int)run->most));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpeq_epi32(most, first)));
}

INLINE uint32_t scan(const struct mine_run *run, uint32_t digits, uint32_t count, int v)
{
    static const uint8_t low[] = "0123456789abcdef";
    for (uint32_t i = 0; i < count; i += TURNS) {
        unsigned hits = group(run, v, mine_upper_digits(digits + i), low + (digits + i) % 16);
        if (hits)
            return i + (uint32_t)__builtin_ctz(hits);
    }
    return count;
}

TARGET static uint32_t scan_any(const struct mine_run *run, uint32_t digits, uint32_t count)
{
    return MINE_SCAN_ANY(scan, run, digits, count);
}

uint64_t mine_shani_search(const struct mine_job *job, uint64_t first, uint64_t count)
{
    return mine_search_runs(job, first, count, scan_any);
}

#else
typedef int kernel_shani_is_not_for_this_processor;
#endif
