#include "crypto/sha256_ni.h"

#include "crypto/sha256.h"

#ifdef SHA256_NI

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* The next four words of the schedule from the sixteen before them, oldest first. */
TARGET static inline __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* Rounds 4i to 4i + 3: two at a time, the halves of the state changing places. */
TARGET static inline void four_rounds(__m128i *abef, __m128i *cdgh, __m128i w, int i)
{
    __m128i k = _mm_loadu_si128((const __m128i *)(const void *)(sha256_constants + 4 * i));
    __m128i wk = _mm_add_epi32(w, k);
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, wk);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

/* Unrolled, so that the schedule stays in registers and runs beside the rounds. */
TARGET static inline void one_chunk(__m128i *abef, __m128i *cdgh, const uint8_t *chunk)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i abef_before = *abef, cdgh_before = *cdgh;
    __m128i w[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        w[i] = _mm_loadu_si128((const __m128i *)(const void *)(chunk + 16 * i));
        w[i] = _mm_shuffle_epi8(w[i], big_endian);
        four_rounds(abef, cdgh, w[i], i);
    }
#pragma GCC unroll 12
    for (int i = 4; i < 16; i++) {
        w[i & 3] = next_words(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
        four_rounds(abef, cdgh, w[i & 3], i);
    }
    *abef = _mm_add_epi32(*abef, abef_before);
    *cdgh = _mm_add_epi32(*cdgh, cdgh_before);
}

/* The instructions want the state as (a b e f) and (c d g h), high words first. */
TARGET void sha256_ni_compress(uint32_t state[8], const uint8_t *chunks, size_t n)
{
    __m128i *half = (__m128i *)(void *)state;
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(half), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(half + 1), 0x1b);
    __m128i abef = _mm_alignr_epi8(badc, efgh, 8);
    __m128i cdgh = _mm_blend_epi16(efgh, badc, 0xf0);
    for (; n; n--, chunks += 64)
        one_chunk(&abef, &cdgh, chunks);
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128(half, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(half + 1, _mm_alignr_epi8(dchg, feba, 8));
}

#else
typedef int sha256_ni_is_not_for_this_processor;
#endif
