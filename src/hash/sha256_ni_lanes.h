/* SHA-256 by x86's SHA instructions, several texts interleaved: for the files that hash in their
 * own ways. Include it inside #ifdef SHA256_NI. */
#include "hash/sha256.h"

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))
#define INLINE TARGET __attribute__((always_inline)) static inline

/* The next four words of the schedule from the sixteen before them, oldest first. */
INLINE __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* Rounds 4i to 4i + 3, two at a time; the halves of the state change places. */
INLINE void four_rounds(__m128i *abef, __m128i *cdgh, __m128i w, int i)
{
    __m128i k = _mm_loadu_si128((const __m128i *)(const void *)(sha256_constants + 4 * i));
    __m128i wk = _mm_add_epi32(w, k);
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, wk);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

struct halves {
    __m128i abef, cdgh;
};

/* The instructions take the state as (a b e f) and (c d g h), high words first. */
INLINE struct halves load_state(const uint32_t state[8])
{
    const __m128i *half = (const __m128i *)(const void *)state;
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(half), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(half + 1), 0x1b);
    return (struct halves){_mm_alignr_epi8(badc, efgh, 8), _mm_blend_epi16(efgh, badc, 0xf0)};
}

INLINE void store_state(struct halves s, uint32_t state[8])
{
    __m128i *half = (__m128i *)(void *)state;
    __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
    _mm_storeu_si128(half, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(half + 1, _mm_alignr_epi8(dchg, feba, 8));
}

/* Sixteen bytes of a text as words of the schedule. */
INLINE __m128i load_words(const uint8_t *text)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)text), big_endian);
}

/* A chunk of each of several texts, whose words are w, interleaved to hide the latency of the
 * instructions. Unrolled, so that as much as possible stays in registers and the schedule overlaps
 * with the rounds. */
INLINE void one_chunk(struct halves *s, __m128i (*w)[4], const int texts)
{
    struct halves before[SHA256_LANES];
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++)
        before[t] = s[t];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#pragma GCC unroll 4
        for (int t = 0; t < texts; t++)
            four_rounds(&s[t].abef, &s[t].cdgh, w[t][i], i);
    }
#pragma GCC unroll 12
    for (int i = 4; i < 16; i++) {
#pragma GCC unroll 4
        for (int t = 0; t < texts; t++) {
            __m128i *v = w[t];
            v[i & 3] = next_words(v[i & 3], v[(i + 1) & 3], v[(i + 2) & 3], v[(i + 3) & 3]);
            four_rounds(&s[t].abef, &s[t].cdgh, v[i & 3], i);
        }
    }
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++) {
        s[t].abef = _mm_add_epi32(s[t].abef, before[t].abef);
        s[t].cdgh = _mm_add_epi32(s[t].cdgh, before[t].cdgh);
    }
}
