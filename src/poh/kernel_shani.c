/* Chains by x86's SHA instructions: one alone, or several interleaved to hide their latency. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#include "hash/sha256_ni_lanes.h"

/* The digits of a, b, e and f, or of c, d, g and h: the eight words of the schedule that begin at
 * low[0] and high[0]. A word's lowest byte is the last of its four digits. */
INLINE void put_digits(__m128i half, __m128i *low, __m128i *high)
{
    const __m128i order = _mm_setr_epi8(14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1);
    const __m128i hex = _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b',
                                      'c', 'd', 'e', 'f');
    const __m128i nibble = _mm_set1_epi8(15);
    __m128i bytes = _mm_shuffle_epi8(half, order);
    __m128i second = _mm_and_si128(bytes, nibble);
    __m128i first = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
    *low = _mm_shuffle_epi8(hex, _mm_unpacklo_epi8(second, first));
    *high = _mm_shuffle_epi8(hex, _mm_unpackhi_epi8(second, first));
}

/* Rounds 4i to 4i + 3 of the second chunk. */
INLINE void four_known_rounds(struct halves *s, int i)
{
    const uint32_t *wk = poh_second + 4 * i;
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)wk);
    __m128i second = _mm_loadl_epi64((const __m128i *)(const void *)(wk + 2));
    s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, first);
    s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, second);
}

INLINE void second_chunk(struct halves *s, const int texts)
{
    struct halves before[SHA256_LANES];
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++)
        before[t] = s[t];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
#pragma GCC unroll 4
        for (int t = 0; t < texts; t++)
            four_known_rounds(&s[t], i);
    }
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++) {
        s[t].abef = _mm_add_epi32(s[t].abef, before[t].abef);
        s[t].cdgh = _mm_add_epi32(s[t].cdgh, before[t].cdgh);
    }
}

INLINE void interleaved_steps(struct poh_hash *chains, uint64_t n, const int texts)
{
    struct halves s[SHA256_LANES], initial;
    struct sha256 fresh;
    __m128i w[SHA256_LANES][4];
    sha256_init(&fresh);
    initial = load_state(fresh.state);
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++)
        s[t] = load_state(chains[t].words);
    for (; n; n--) {
#pragma GCC unroll 4
        for (int t = 0; t < texts; t++) {
            put_digits(s[t].abef, &w[t][0], &w[t][2]);
            put_digits(s[t].cdgh, &w[t][1], &w[t][3]);
            s[t] = initial;
        }
        one_chunk(s, w, texts);
        second_chunk(s, texts);
    }
#pragma GCC unroll 4
    for (int t = 0; t < texts; t++)
        store_state(s[t], chains[t].words);
}

TARGET void poh_shani_steps(struct poh_hash *chains, uint64_t n)
{
    interleaved_steps(chains, n, 1);
}

TARGET void poh_shani_2_steps(struct poh_hash *chains, uint64_t n)
{
    interleaved_steps(chains, n, 2);
}

TARGET void poh_shani_4_steps(struct poh_hash *chains, uint64_t n)
{
    interleaved_steps(chains, n, 4);
}

#else
typedef int poh_shani_is_not_for_this_processor;
#endif
