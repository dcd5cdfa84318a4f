/*
 * Numbers modulo 2^255 - 19 by AVX-512 IFMA, eight of them side by side: the arithmetic of
 * ed25519_ifma.c, which alone includes this file, apart from tests.
 *
 * A number is five limbs of 51 bits; a vector holds the same limb of eight numbers, one in each
 * lane. vpmadd52 multiplies the low 52 bits of its operands, so factors must have limbs below 2^52,
 * or bits are lost. All functions here take and give limbs below 2^51 + 2^14 ("carried"). A sum of
 * two of those may exceed 2^52, so each sum is carried before it is used.
 *
 * Nothing here runs in constant time, and it need not: it never handles a secret.
 */
#ifndef CRYPTO_LANES_IFMA_H
#define CRYPTO_LANES_IFMA_H

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define LANES_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma")))
#define LANES_INLINE LANES_TARGET __attribute__((always_inline)) static inline

enum { LANES = 8, LIMBS = 5, LIMB_BITS = 51, LANES_PACKED = 5, LANES_WORDS_MAX = 24 };

typedef __m512i lanes_vector;
typedef __mmask8 lanes_mask;

struct lanes {
    __m512i v[LIMBS];
};

/* Written out for every limb (or row), so that all stay in registers; with a loop they would not.
 */
#define LANES_EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4)
#define LANES_EACH_BUT_FIRST(DO) DO(1) DO(2) DO(3) DO(4)

/* The same number in every lane, from four words. */
LANES_INLINE struct lanes lanes_number(const uint64_t w[4])
{
    const uint64_t mask = (1ULL << LIMB_BITS) - 1;
    struct lanes r;
    r.v[0] = _mm512_set1_epi64((long long)(w[0] & mask));
    r.v[1] = _mm512_set1_epi64((long long)((w[0] >> 51 | w[1] << 13) & mask));
    r.v[2] = _mm512_set1_epi64((long long)((w[1] >> 38 | w[2] << 26) & mask));
    r.v[3] = _mm512_set1_epi64((long long)((w[2] >> 25 | w[3] << 39) & mask));
    r.v[4] = _mm512_set1_epi64((long long)(w[3] >> 12 & mask));
    return r;
}

LANES_INLINE struct lanes lanes_small(int n)
{
    return lanes_number((const uint64_t[4]){(uint64_t)n});
}

/* Carries what exceeds 51 bits in a limb into the next one, and from the last limb into the first,
 * times 19, since 2^255 = 19. Limbs below 2^60.7 become carried: each carry is then below 2^9.7,
 * and 19 times that below 2^14. */
LANES_INLINE struct lanes lanes_carry(struct lanes a)
{
    const __m512i mask = _mm512_set1_epi64((1LL << LIMB_BITS) - 1);
    const __m512i nineteen = _mm512_set1_epi64(19);
    __m512i c0 = _mm512_srli_epi64(a.v[0], LIMB_BITS), c1 = _mm512_srli_epi64(a.v[1], LIMB_BITS);
    __m512i c2 = _mm512_srli_epi64(a.v[2], LIMB_BITS), c3 = _mm512_srli_epi64(a.v[3], LIMB_BITS);
    __m512i c4 = _mm512_srli_epi64(a.v[4], LIMB_BITS);
    struct lanes r;
    r.v[0] = _mm512_madd52lo_epu64(_mm512_and_si512(a.v[0], mask), c4, nineteen);
    r.v[1] = _mm512_add_epi64(_mm512_and_si512(a.v[1], mask), c0);
    r.v[2] = _mm512_add_epi64(_mm512_and_si512(a.v[2], mask), c1);
    r.v[3] = _mm512_add_epi64(_mm512_and_si512(a.v[3], mask), c2);
    r.v[4] = _mm512_add_epi64(_mm512_and_si512(a.v[4], mask), c3);
    return r;
}

/* Limb by limb, not carried. */
LANES_INLINE struct lanes lanes_plus(struct lanes a, struct lanes b)
{
#define PLUS(i) a.v[i] = _mm512_add_epi64(a.v[i], b.v[i]);
    LANES_EACH(PLUS)
#undef PLUS
    return a;
}

/* a + n * p - b limb by limb, not carried: no limb of b may exceed that of n * p. */
LANES_INLINE struct lanes lanes_minus(struct lanes a, struct lanes b, int n)
{
    const __m512i first = _mm512_set1_epi64(n * ((1LL << LIMB_BITS) - 19));
    const __m512i other = _mm512_set1_epi64(n * ((1LL << LIMB_BITS) - 1));
    a.v[0] = _mm512_sub_epi64(_mm512_add_epi64(a.v[0], first), b.v[0]);
#define MINUS(i) a.v[i] = _mm512_sub_epi64(_mm512_add_epi64(a.v[i], other), b.v[i]);
    LANES_EACH_BUT_FIRST(MINUS)
#undef MINUS
    return a;
}

/* The same for factors, that is for results that are only multiplied. Here a factor has to be
 * carried; on AVX2 it need not be. */
LANES_INLINE struct lanes lanes_add_factor(struct lanes a, struct lanes b)
{
    return lanes_carry(lanes_plus(a, b));
}

LANES_INLINE struct lanes lanes_sub_factor(struct lanes a, struct lanes b)
{
    return lanes_carry(lanes_minus(a, b, 2));
}

LANES_INLINE struct lanes lanes_factor(struct lanes sum)
{
    return lanes_carry(sum);
}

/* -a, which can be multiplied as it is: its limbs are at most 2^52 - 2. */
LANES_INLINE struct lanes lanes_negated(struct lanes a)
{
    return lanes_minus(lanes_small(0), a, 2);
}

/* a in the lanes that the mask selects, b in the others. */
LANES_INLINE struct lanes lanes_select(lanes_mask mask, struct lanes a, struct lanes b)
{
#define SELECT(i) a.v[i] = _mm512_mask_blend_epi64(mask, b.v[i], a.v[i]);
    LANES_EACH(SELECT)
#undef SELECT
    return a;
}

#define LANES_LOW(sum, i, j) _mm512_madd52lo_epu64(sum, a.v[i], b.v[j])
#define LANES_HIGH(sum, i, j) _mm512_madd52hi_epu64(sum, a.v[i], b.v[j])
#define LANES_TWICE(x) _mm512_add_epi64(x, x)

/* c + 19 * high, carried. Columns are below 15 * 2^52 (five low halves, and five high ones twice),
 * so a sum is below 300 * 2^52 < 2^60.3, its carry below 600, and 19 times that below 2^14. */
LANES_INLINE struct lanes lanes_fold(struct lanes c, struct lanes high)
{
    const __m512i nineteen = _mm512_set1_epi64(19);
#define FOLD(i) c.v[i] = _mm512_add_epi64(c.v[i], _mm512_mullo_epi64(high.v[i], nineteen));
    LANES_EACH(FOLD)
#undef FOLD
    return lanes_carry(c);
}

/* Column k of the product gets the low halves of limbs i and j with i + j = k, and twice the high
 * halves of those with i + j = k - 1: these are worth 2^52 = 2 * 2^51. */
LANES_INLINE struct lanes lanes_mul(struct lanes a, struct lanes b)
{
    const __m512i none = _mm512_setzero_si512();
    __m512i h1 = LANES_HIGH(none, 0, 0);
    __m512i h2 = LANES_HIGH(LANES_HIGH(none, 0, 1), 1, 0);
    __m512i h3 = LANES_HIGH(LANES_HIGH(LANES_HIGH(none, 0, 2), 1, 1), 2, 0);
    __m512i h4 = LANES_HIGH(LANES_HIGH(LANES_HIGH(LANES_HIGH(none, 0, 3), 1, 2), 2, 1), 3, 0);
    __m512i h5 = LANES_HIGH(
        LANES_HIGH(LANES_HIGH(LANES_HIGH(LANES_HIGH(none, 0, 4), 1, 3), 2, 2), 3, 1), 4, 0);
    __m512i h6 = LANES_HIGH(LANES_HIGH(LANES_HIGH(LANES_HIGH(none, 1, 4), 2, 3), 3, 2), 4, 1);
    __m512i h7 = LANES_HIGH(LANES_HIGH(LANES_HIGH(none, 2, 4), 3, 3), 4, 2);
    __m512i h8 = LANES_HIGH(LANES_HIGH(none, 3, 4), 4, 3);
    __m512i h9 = LANES_HIGH(none, 4, 4);
    struct lanes c, high;
    c.v[0] = LANES_LOW(none, 0, 0);
    c.v[1] = LANES_LOW(LANES_LOW(LANES_TWICE(h1), 0, 1), 1, 0);
    c.v[2] = LANES_LOW(LANES_LOW(LANES_LOW(LANES_TWICE(h2), 0, 2), 1, 1), 2, 0);
    c.v[3] = LANES_LOW(LANES_LOW(LANES_LOW(LANES_LOW(LANES_TWICE(h3), 0, 3), 1, 2), 2, 1), 3, 0);
    c.v[4] = LANES_LOW(
        LANES_LOW(LANES_LOW(LANES_LOW(LANES_LOW(LANES_TWICE(h4), 0, 4), 1, 3), 2, 2), 3, 1), 4, 0);
    high.v[0] = LANES_LOW(LANES_LOW(LANES_LOW(LANES_LOW(LANES_TWICE(h5), 1, 4), 2, 3), 3, 2), 4, 1);
    high.v[1] = LANES_LOW(LANES_LOW(LANES_LOW(LANES_TWICE(h6), 2, 4), 3, 3), 4, 2);
    high.v[2] = LANES_LOW(LANES_LOW(LANES_TWICE(h7), 3, 4), 4, 3);
    high.v[3] = LANES_LOW(LANES_TWICE(h8), 4, 4);
    high.v[4] = LANES_TWICE(h9);
    return lanes_fold(c, high);
}

/* As lanes_mul of a and a: a product of two different limbs counts twice. */
LANES_INLINE struct lanes lanes_square(struct lanes a)
{
    const struct lanes b = a;
    const __m512i none = _mm512_setzero_si512();
    __m512i x;
    struct lanes c, high;
    c.v[0] = LANES_LOW(none, 0, 0);
    x = LANES_LOW(LANES_HIGH(none, 0, 0), 0, 1);
    c.v[1] = LANES_TWICE(x);
    x = LANES_LOW(LANES_TWICE(LANES_HIGH(none, 0, 1)), 0, 2);
    c.v[2] = LANES_LOW(LANES_TWICE(x), 1, 1);
    x = LANES_TWICE(LANES_HIGH(none, 0, 2));
    x = LANES_LOW(LANES_LOW(LANES_HIGH(x, 1, 1), 0, 3), 1, 2);
    c.v[3] = LANES_TWICE(x);
    x = LANES_TWICE(LANES_HIGH(LANES_HIGH(none, 0, 3), 1, 2));
    x = LANES_LOW(LANES_LOW(x, 0, 4), 1, 3);
    c.v[4] = LANES_LOW(LANES_TWICE(x), 2, 2);
    x = LANES_TWICE(LANES_HIGH(LANES_HIGH(none, 0, 4), 1, 3));
    x = LANES_LOW(LANES_LOW(LANES_HIGH(x, 2, 2), 1, 4), 2, 3);
    high.v[0] = LANES_TWICE(x);
    x = LANES_TWICE(LANES_HIGH(LANES_HIGH(none, 1, 4), 2, 3));
    high.v[1] = LANES_LOW(LANES_TWICE(LANES_LOW(x, 2, 4)), 3, 3);
    x = LANES_TWICE(LANES_HIGH(none, 2, 4));
    x = LANES_LOW(LANES_HIGH(x, 3, 3), 3, 4);
    high.v[2] = LANES_TWICE(x);
    x = LANES_TWICE(LANES_HIGH(none, 3, 4));
    high.v[3] = LANES_LOW(LANES_TWICE(x), 4, 4);
    high.v[4] = LANES_TWICE(LANES_HIGH(none, 4, 4));
    return lanes_fold(c, high);
}

/* a modulo p, from 0 to p - 1. With limbs below 2^51 + 2^14, a is below 2p, and a + 19 reaches
 * 2^255 exactly if a reaches p. */
LANES_INLINE struct lanes lanes_canonical(struct lanes a)
{
    const __m512i mask = _mm512_set1_epi64((1LL << LIMB_BITS) - 1);
    __m512i carry = _mm512_set1_epi64(19), sum;
#define LOOK(i) carry = _mm512_srli_epi64(_mm512_add_epi64(a.v[i], carry), LIMB_BITS);
    LANES_EACH(LOOK)
#undef LOOK
    carry = _mm512_mullo_epi64(carry, _mm512_set1_epi64(19));
#define TAKE(i)                                                                                    \
    sum = _mm512_add_epi64(a.v[i], carry);                                                         \
    a.v[i] = _mm512_and_si512(sum, mask);                                                          \
    carry = _mm512_srli_epi64(sum, LIMB_BITS);
    LANES_EACH(TAKE)
#undef TAKE
    return a;
}

/* The lanes where a is 0. */
LANES_INLINE lanes_mask lanes_are_zero(struct lanes a)
{
    __m512i any = _mm512_setzero_si512();
    a = lanes_canonical(a);
#define GATHER(i) any = _mm512_or_si512(any, a.v[i]);
    LANES_EACH(GATHER)
#undef GATHER
    return _mm512_testn_epi64_mask(any, any);
}

LANES_INLINE lanes_mask lanes_are_equal(struct lanes a, struct lanes b)
{
    __m512i any = _mm512_setzero_si512();
#define GATHER(i) any = _mm512_or_si512(any, _mm512_xor_si512(a.v[i], b.v[i]));
    LANES_EACH(GATHER)
#undef GATHER
    return _mm512_testn_epi64_mask(any, any);
}

/* The lanes where a canonical a is odd. */
LANES_INLINE lanes_mask lanes_are_odd(struct lanes a)
{
    return _mm512_test_epi64_mask(a.v[0], _mm512_set1_epi64(1));
}

/* --- Words ------------------------------------------------------------------------------------ */

LANES_INLINE __m512i lanes_load(const void *from)
{
    return _mm512_loadu_si512(from);
}

LANES_INLINE void lanes_store(void *to, __m512i x)
{
    _mm512_storeu_si512(to, x);
}

LANES_INLINE __m512i lanes_choose(lanes_mask mask, __m512i a, __m512i b)
{
    return _mm512_mask_blend_epi64(mask, b, a);
}

LANES_INLINE lanes_mask lanes_top_bits(const uint64_t words[LANES])
{
    return _mm512_movepi64_mask(lanes_load(words));
}

/* The lower 255 bits of four words. */
LANES_INLINE struct lanes lanes_of(const uint64_t words[4][LANES])
{
    const __m512i mask = _mm512_set1_epi64((1LL << LIMB_BITS) - 1);
    __m512i w0 = lanes_load(words[0]), w1 = lanes_load(words[1]);
    __m512i w2 = lanes_load(words[2]), w3 = lanes_load(words[3]);
    struct lanes r;
    r.v[0] = w0;
    r.v[1] = _mm512_or_si512(_mm512_srli_epi64(w0, 51), _mm512_slli_epi64(w1, 13));
    r.v[2] = _mm512_or_si512(_mm512_srli_epi64(w1, 38), _mm512_slli_epi64(w2, 26));
    r.v[3] = _mm512_or_si512(_mm512_srli_epi64(w2, 25), _mm512_slli_epi64(w3, 39));
    r.v[4] = _mm512_srli_epi64(w3, 12);
#define MASKED(i) r.v[i] = _mm512_and_si512(r.v[i], mask);
    LANES_EACH(MASKED)
#undef MASKED
    return r;
}

/* The reverse, for canonical numbers. */
LANES_INLINE void lanes_words(struct lanes a, uint64_t words[4][LANES])
{
    lanes_store(words[0], _mm512_or_si512(a.v[0], _mm512_slli_epi64(a.v[1], 51)));
    lanes_store(words[1],
                _mm512_or_si512(_mm512_srli_epi64(a.v[1], 13), _mm512_slli_epi64(a.v[2], 38)));
    lanes_store(words[2],
                _mm512_or_si512(_mm512_srli_epi64(a.v[2], 26), _mm512_slli_epi64(a.v[3], 25)));
    lanes_store(words[3],
                _mm512_or_si512(_mm512_srli_epi64(a.v[3], 39), _mm512_slli_epi64(a.v[4], 12)));
}

/* The digits of `bits` bits that begin at this bit, minus half of the base: their magnitudes, and a
 * mask of the lanes where they are negative. */
LANES_INLINE lanes_mask lanes_digits(const uint64_t words[4][LANES], unsigned bit, unsigned bits,
                                     uint64_t size[LANES])
{
    unsigned word = bit / 64, shift = bit % 64;
    const __m512i half = _mm512_set1_epi64(1LL << (bits - 1));
    __m512i x = _mm512_srl_epi64(lanes_load(words[word]), _mm_cvtsi32_si128((int)shift));
    if (shift + bits > 64 && word < 3)
        x = _mm512_or_si512(
            x, _mm512_sll_epi64(lanes_load(words[word + 1]), _mm_cvtsi32_si128((int)(64 - shift))));
    x = _mm512_and_si512(x, _mm512_set1_epi64((1LL << bits) - 1));
    lanes_store(size, _mm512_abs_epi64(_mm512_sub_epi64(x, half)));
    return _mm512_cmplt_epi64_mask(x, half);
}

/* Packs into LANES_PACKED words, and unpacks. */
LANES_INLINE void lanes_pack(struct lanes a, __m512i out[LANES_PACKED])
{
#define PACK(i) out[i] = a.v[i];
    LANES_EACH(PACK)
#undef PACK
}

LANES_INLINE struct lanes lanes_unpack(const __m512i r[LANES_PACKED])
{
    return (struct lanes){{r[0], r[1], r[2], r[3], r[4]}};
}

/* Transposes eight rows of eight words. */
LANES_INLINE void lanes_transpose(__m512i r[8])
{
    __m512i a[8], b[8];
#define PAIR(i)                                                                                    \
    a[i] = _mm512_unpacklo_epi64(r[i], r[(i) + 1]);                                                \
    a[(i) + 1] = _mm512_unpackhi_epi64(r[i], r[(i) + 1]);
#define FOUR(i)                                                                                    \
    b[i] = _mm512_shuffle_i64x2(a[i], a[(i) + 2], 0x88);                                           \
    b[(i) + 2] = _mm512_shuffle_i64x2(a[i], a[(i) + 2], 0xdd);
#define EIGHT(i)                                                                                   \
    r[i] = _mm512_shuffle_i64x2(b[i], b[(i) + 4], 0x88);                                           \
    r[(i) + 4] = _mm512_shuffle_i64x2(b[i], b[(i) + 4], 0xdd);
    PAIR(0)
    PAIR(2) PAIR(4) PAIR(6) FOUR(0) FOUR(1) FOUR(4) FOUR(5) EIGHT(0) EIGHT(1) EIGHT(2) EIGHT(3)
#undef PAIR
#undef FOUR
#undef EIGHT
}

/* Stores vectors of 16 or 20 words, the words of each lane contiguous in its own place. */
LANES_INLINE void lanes_put(const __m512i *vectors, int words, uint64_t *to[LANES])
{
    for (int at = 0; at < words; at += 8) {
        __mmask8 some = words - at < 8 ? 0x0f : 0xff;
        __m512i r[8];
        for (int i = 0; i < 8; i++)
            r[i] = vectors[at + i < words ? at + i : 0];
        lanes_transpose(r);
        for (int lane = 0; lane < LANES; lane++)
            _mm512_mask_storeu_epi64(to[lane] + at, some, r[lane]);
    }
}

#define LANES_TAKE(lane, at) r[(at) + (lane)] = lanes_load(from[lane] + (at));
#define LANES_TAKE_HALF(lane, at)                                                                  \
    r[(at) + (lane)] = _mm512_castsi256_si512(                                                     \
        _mm256_loadu_si256((const __m256i *)(const void *)(from[lane] + (at))));
#define LANES_ALL(DO, at)                                                                          \
    DO(0, at) DO(1, at) DO(2, at) DO(3, at) DO(4, at) DO(5, at) DO(6, at) DO(7, at)

/* The reverse; up to LANES_WORDS_MAX of r are written. */
LANES_INLINE void lanes_take(const uint64_t *const from[LANES], int words, __m512i *r)
{
    LANES_ALL(LANES_TAKE, 0)
    lanes_transpose(r);
    LANES_ALL(LANES_TAKE, 8)
    lanes_transpose(r + 8);
    if (words <= 16)
        return;
    LANES_ALL(LANES_TAKE_HALF, 16)
    lanes_transpose(r + 16);
}

/* --- For SHA-512 ------------------------------------------------------------------------------ */

LANES_INLINE __m512i lanes_sum(__m512i a, __m512i b)
{
    return _mm512_add_epi64(a, b);
}

LANES_INLINE __m512i lanes_word(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

LANES_INLINE __m512i lanes_xor3(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}

/* Each bit of b or of c, as that of a is 1 or 0. */
LANES_INLINE __m512i lanes_either(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi64(a, b, c, 0xca);
}

LANES_INLINE __m512i lanes_majority(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi64(a, b, c, 0xe8);
}

#define LANES_ROTATED(x, n) _mm512_ror_epi64(x, n)
#define LANES_SHIFTED(x, n) _mm512_srli_epi64(x, n)

LANES_INLINE __m512i lanes_big_endian(__m512i x)
{
    const __m512i order = _mm512_broadcast_i32x4(
        _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    return _mm512_shuffle_epi8(x, order);
}

#endif
#endif
