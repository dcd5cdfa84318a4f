#include "hash/sha256_ni.h"

#ifdef SHA256_NI

#include "hash/sha256_ni_lanes.h"
#include "slhdsa/kernels.h"

#include <string.h>

/* Moves the bytes of a value, held as words, to where they stand in the second and the third
 * sixteen bytes of a block: from byte 22 on, so from byte 6 of the second. */
#define NONE (char)0x80
#define TO_SECOND _mm_setr_epi8(NONE, NONE, NONE, NONE, 2, 3, NONE, NONE, 6, 7, 0, 1, 10, 11, 4, 5)
#define TO_THIRD                                                                                   \
    _mm_setr_epi8(14, 15, 8, 9, NONE, NONE, 12, 13, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE)

/* The first four words of a state. */
INLINE __m128i value_of(struct halves s)
{
    return _mm_shuffle_epi32(_mm_unpackhi_epi64(s.abef, s.cdgh), 0xb1);
}

/* Puts the value into the words of a block, and adds 1 to the hash's number in the chain. */
INLINE void replace_value(__m128i w[4], __m128i value)
{
    const __m128i keep_second = _mm_setr_epi32(-1, -0x10000, 0, 0),
                  one = _mm_setr_epi32(0, 0x10000, 0, 0);
    const __m128i keep_third = _mm_setr_epi32(0, 0xffff, -1, -1);
    w[1] = _mm_or_si128(_mm_and_si128(_mm_add_epi32(w[1], one), keep_second),
                        _mm_shuffle_epi8(value, TO_SECOND));
    w[2] = _mm_or_si128(_mm_and_si128(w[2], keep_third), _mm_shuffle_epi8(value, TO_THIRD));
}

TARGET void slh_ni_walk(struct slh_block *blocks, int steps)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    struct halves midstates[SHA256_LANES], s[SHA256_LANES];
    __m128i words[SHA256_LANES][4], w[SHA256_LANES][4];
    for (int t = 0; t < SHA256_LANES; t++) {
        midstates[t] = load_state(blocks[t].midstate);
        for (int i = 0; i < 4; i++)
            words[t][i] = load_words(blocks[t].text + 16 * i);
    }
    for (int step = 0; step < steps; step++) {
        memcpy(s, midstates, sizeof s);
        memcpy(w, words, sizeof w);
        one_chunk(s, w, SHA256_LANES);
        for (int t = 0; t < SHA256_LANES; t++)
            replace_value(words[t], value_of(s[t]));
    }
    for (int t = 0; t < SHA256_LANES && steps; t++) {
        __m128i value = _mm_shuffle_epi8(value_of(s[t]), big_endian);
        _mm_storeu_si128((__m128i *)(void *)slh_value(&blocks[t]), value);
        blocks[t].text[SLH_HASH_AT] = (uint8_t)(blocks[t].text[SLH_HASH_AT] + steps);
    }
}

#else
typedef int slh_dsa_ni_is_not_for_this_processor;
#endif
