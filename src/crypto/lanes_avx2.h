/*
 * Numbers modulo 2^255 - 19 by AVX2, four of them side by side: the arithmetic of ed25519_avx2.c,
 * which alone includes this file.
 *
 * A number is ten limbs of alternately 26 and 25 bits; a vector holds the same limb of four
 * numbers, one in each lane. All functions here take and give limbs that exceed 2^26 or 2^25 by at
 * most 2^16 ("carried"). Factors, which only products take, may be three times as large: a sum or
 * difference of two carried numbers is a factor as it is.
 *
 * Nothing here runs in constant time, and it need not: it never handles a secret.
 */
#ifndef CRYPTO_LANES_AVX2_H
#define CRYPTO_LANES_AVX2_H

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define LANES_TARGET __attribute__((target("avx2")))
#define LANES_INLINE LANES_TARGET __attribute__((always_inline)) static inline

enum { LANES = 4, LIMBS = 10, LANES_PACKED = 5, LANES_WORDS_MAX = 20 };

typedef __m256i lanes_vector;
typedef unsigned char lanes_mask; /* one bit for each lane; the bits above are undefined */

struct lanes {
    __m256i v[LIMBS];
};

/* Written out for every limb (or row), so that all stay in registers; with a loop they would not.
 */
#define LANES_EACH_BUT_LAST(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8)
#define LANES_EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9)

/* --- Words ------------------------------------------------------------------------------------ */

LANES_INLINE __m256i lanes_load(const void *from)
{
    return _mm256_loadu_si256(from);
}

LANES_INLINE void lanes_store(void *to, __m256i x)
{
    _mm256_storeu_si256(to, x);
}

LANES_INLINE __m256i lanes_word(uint64_t x)
{
    return _mm256_set1_epi64x((long long)x);
}

LANES_INLINE __m256i lanes_sum(__m256i a, __m256i b)
{
    return _mm256_add_epi64(a, b);
}

LANES_INLINE lanes_mask lanes_top_bits(const uint64_t words[LANES])
{
    return (lanes_mask)_mm256_movemask_pd(_mm256_castsi256_pd(lanes_load(words)));
}

/* a in the lanes that the mask selects, b in the others. */
LANES_INLINE __m256i lanes_choose(lanes_mask mask, __m256i a, __m256i b)
{
    const __m256i bits = _mm256_set_epi64x(8, 4, 2, 1);
    __m256i in = _mm256_cmpeq_epi64(_mm256_and_si256(lanes_word(mask), bits), bits);
    return _mm256_blendv_epi8(b, a, in);
}

/* Transposes four rows of four words. */
LANES_INLINE void lanes_transpose(__m256i r[4])
{
    __m256i a = _mm256_unpacklo_epi64(r[0], r[1]), b = _mm256_unpackhi_epi64(r[0], r[1]);
    __m256i c = _mm256_unpacklo_epi64(r[2], r[3]), d = _mm256_unpackhi_epi64(r[2], r[3]);
    r[0] = _mm256_permute2x128_si256(a, c, 0x20);
    r[1] = _mm256_permute2x128_si256(b, d, 0x20);
    r[2] = _mm256_permute2x128_si256(a, c, 0x31);
    r[3] = _mm256_permute2x128_si256(b, d, 0x31);
}

/* The digits of `bits` bits that begin at this bit, minus half of the base: their magnitudes, and a
 * mask of the lanes where they are negative. */
LANES_INLINE lanes_mask lanes_digits(const uint64_t words[4][LANES], unsigned bit, unsigned bits,
                                     uint64_t size[LANES])
{
    unsigned word = bit / 64, shift = bit % 64;
    const __m256i half = lanes_word(1ULL << (bits - 1));
    __m256i x = _mm256_srl_epi64(lanes_load(words[word]), _mm_cvtsi32_si128((int)shift));
    if (shift + bits > 64 && word < 3)
        x = _mm256_or_si256(
            x, _mm256_sll_epi64(lanes_load(words[word + 1]), _mm_cvtsi32_si128((int)(64 - shift))));
    x = _mm256_and_si256(x, lanes_word((1ULL << bits) - 1));
    __m256i minus = _mm256_cmpgt_epi64(half, x);
    x = _mm256_xor_si256(_mm256_sub_epi64(x, half), minus);
    lanes_store(size, _mm256_sub_epi64(x, minus));
    return (lanes_mask)_mm256_movemask_pd(_mm256_castsi256_pd(minus));
}

/* Stores vectors of 16 or 20 words, the words of each lane contiguous in its own place; and loads
 * them again. */
LANES_INLINE void lanes_put(const __m256i *vectors, int words, uint64_t *to[LANES])
{
    for (int at = 0; at < words; at += LANES) {
        __m256i r[LANES] = {vectors[at], vectors[at + 1], vectors[at + 2], vectors[at + 3]};
        lanes_transpose(r);
        for (int lane = 0; lane < LANES; lane++)
            lanes_store(to[lane] + at, r[lane]);
    }
}

#define LANES_TAKE(at)                                                                             \
    r[at] = lanes_load(from[0] + (at));                                                            \
    r[(at) + 1] = lanes_load(from[1] + (at));                                                      \
    r[(at) + 2] = lanes_load(from[2] + (at));                                                      \
    r[(at) + 3] = lanes_load(from[3] + (at));                                                      \
    lanes_transpose(r + (at));

LANES_INLINE void lanes_take(const uint64_t *const from[LANES], int words, __m256i *r)
{
    LANES_TAKE(0)
    LANES_TAKE(4)
    LANES_TAKE(8)
    LANES_TAKE(12)
    if (words <= 16)
        return;
    LANES_TAKE(16)
}

/* --- Numbers ---------------------------------------------------------------------------------- */

#define LANES_BITS(i) (26 - (i) % 2)
#define LANES_MASK(i) ((1ULL << LANES_BITS(i)) - 1)

/* The same number in every lane, from four words. */
LANES_INLINE struct lanes lanes_number(const uint64_t w[4])
{
    const uint64_t limbs[LIMBS] = {
        w[0], w[0] >> 26, w[0] >> 51 | w[1] << 13, w[1] >> 13, w[1] >> 38,
        w[2], w[2] >> 25, w[2] >> 51 | w[3] << 13, w[3] >> 12, w[3] >> 38};
    struct lanes r;
#define LIMB(i) r.v[i] = lanes_word(limbs[i] & LANES_MASK(i));
    LANES_EACH(LIMB)
#undef LIMB
    return r;
}

LANES_INLINE struct lanes lanes_small(int n)
{
    return lanes_number((const uint64_t[4]){(uint64_t)n});
}

/* The lower 255 bits of four words. */
LANES_INLINE struct lanes lanes_of(const uint64_t words[4][LANES])
{
    __m256i w0 = lanes_load(words[0]), w1 = lanes_load(words[1]);
    __m256i w2 = lanes_load(words[2]), w3 = lanes_load(words[3]);
    struct lanes r;
    r.v[0] = w0;
    r.v[1] = _mm256_srli_epi64(w0, 26);
    r.v[2] = _mm256_or_si256(_mm256_srli_epi64(w0, 51), _mm256_slli_epi64(w1, 13));
    r.v[3] = _mm256_srli_epi64(w1, 13);
    r.v[4] = _mm256_srli_epi64(w1, 38);
    r.v[5] = w2;
    r.v[6] = _mm256_srli_epi64(w2, 25);
    r.v[7] = _mm256_or_si256(_mm256_srli_epi64(w2, 51), _mm256_slli_epi64(w3, 13));
    r.v[8] = _mm256_srli_epi64(w3, 12);
    r.v[9] = _mm256_srli_epi64(w3, 38);
#define MASKED(i) r.v[i] = _mm256_and_si256(r.v[i], lanes_word(LANES_MASK(i)));
    LANES_EACH(MASKED)
#undef MASKED
    return r;
}

/* The reverse, for canonical numbers. */
LANES_INLINE void lanes_words(struct lanes a, uint64_t words[4][LANES])
{
    __m256i w[4];
    w[0] = _mm256_or_si256(a.v[0], _mm256_slli_epi64(a.v[1], 26));
    w[0] = _mm256_or_si256(w[0], _mm256_slli_epi64(a.v[2], 51));
    w[1] = _mm256_or_si256(_mm256_srli_epi64(a.v[2], 13), _mm256_slli_epi64(a.v[3], 13));
    w[1] = _mm256_or_si256(w[1], _mm256_slli_epi64(a.v[4], 38));
    w[2] = _mm256_or_si256(a.v[5], _mm256_slli_epi64(a.v[6], 25));
    w[2] = _mm256_or_si256(w[2], _mm256_slli_epi64(a.v[7], 51));
    w[3] = _mm256_or_si256(_mm256_srli_epi64(a.v[7], 13), _mm256_slli_epi64(a.v[8], 12));
    w[3] = _mm256_or_si256(w[3], _mm256_slli_epi64(a.v[9], 38));
    for (int i = 0; i < 4; i++)
        lanes_store(words[i], w[i]);
}

/* Packs into LANES_PACKED words of two limbs each, and unpacks. */
LANES_INLINE void lanes_pack(struct lanes a, __m256i out[LANES_PACKED])
{
    for (int i = 0; i < LANES_PACKED; i++)
        out[i] = _mm256_or_si256(a.v[2 * i], _mm256_slli_epi64(a.v[2 * i + 1], 32));
}

LANES_INLINE struct lanes lanes_unpack(const __m256i r[LANES_PACKED])
{
    struct lanes a;
#define UNPACK(i)                                                                                  \
    a.v[i] = (i) % 2 ? _mm256_srli_epi64(r[(i) / 2], 32)                                           \
                     : _mm256_and_si256(r[(i) / 2], lanes_word(0xffffffff));
    LANES_EACH(UNPACK)
#undef UNPACK
    return a;
}

LANES_INLINE struct lanes lanes_select(lanes_mask mask, struct lanes a, struct lanes b)
{
#define SELECT(i) a.v[i] = lanes_choose(mask, a.v[i], b.v[i]);
    LANES_EACH(SELECT)
#undef SELECT
    return a;
}

/* Carries what exceeds 26 or 25 bits in a limb into the next one, and from the last limb into the
 * first, times 19, since 2^255 = 19. For limbs below 2^36. */
LANES_INLINE struct lanes lanes_carry(struct lanes a)
{
    __m256i c[LIMBS];
#define CUT(i)                                                                                     \
    c[i] = _mm256_srli_epi64(a.v[i], LANES_BITS(i));                                               \
    a.v[i] = _mm256_and_si256(a.v[i], lanes_word(LANES_MASK(i)));
    LANES_EACH(CUT)
#undef CUT
    a.v[0] = lanes_sum(a.v[0], _mm256_mul_epu32(c[9], lanes_word(19)));
#define PASS(i) a.v[(i) + 1] = lanes_sum(a.v[(i) + 1], c[i]);
    LANES_EACH_BUT_LAST(PASS)
#undef PASS
    return a;
}

/* Limb by limb, not carried. */
LANES_INLINE struct lanes lanes_plus(struct lanes a, struct lanes b)
{
#define PLUS(i) a.v[i] = lanes_sum(a.v[i], b.v[i]);
    LANES_EACH(PLUS)
#undef PLUS
    return a;
}

/* a + n * p - b limb by limb, not carried: no limb of b may exceed that of n * p. */
LANES_INLINE struct lanes lanes_minus(struct lanes a, struct lanes b, unsigned n)
{
#define MINUS(i)                                                                                   \
    a.v[i] = _mm256_sub_epi64(lanes_sum(a.v[i], lanes_word(n * (LANES_MASK(i) - ((i) ? 0 : 18)))), \
                              b.v[i]);
    LANES_EACH(MINUS)
#undef MINUS
    return a;
}

/* The same for factors, whose result is not carried; it may only be multiplied. */
LANES_INLINE struct lanes lanes_add_factor(struct lanes a, struct lanes b)
{
    return lanes_plus(a, b);
}

LANES_INLINE struct lanes lanes_sub_factor(struct lanes a, struct lanes b)
{
    return lanes_minus(a, b, 2);
}

LANES_INLINE struct lanes lanes_factor(struct lanes sum)
{
    return sum;
}

/* -a, as a factor. */
LANES_INLINE struct lanes lanes_negated(struct lanes a)
{
    return lanes_minus(lanes_small(0), a, 2);
}

#define LANES_PRODUCT(x, y) _mm256_mul_epu32(x, y)

#define LANES_PASS(i)                                                                              \
    r.v[(i) + 1] = lanes_sum(r.v[(i) + 1], _mm256_srli_epi64(r.v[i], LANES_BITS(i)));              \
    r.v[i] = _mm256_and_si256(r.v[i], lanes_word(LANES_MASK(i)));

/* Carries the columns of a product. They are below 1121 * 2^52 < 2^62.2 (see lanes_mul), so each
 * carry is below 2^37.2, and 19 times that below 2^41.5. Limb 0 then passes less than 2^16 to limb
 * 1, limb 4 less than 2^12 to limb 5, and all others are below 2^26 or 2^25. Two chains run side by
 * side. */
LANES_INLINE struct lanes lanes_carry_columns(struct lanes r)
{
    LANES_PASS(0)
    LANES_PASS(4)
    LANES_PASS(1)
    LANES_PASS(5)
    LANES_PASS(2)
    LANES_PASS(6)
    LANES_PASS(3)
    LANES_PASS(7)
    LANES_PASS(4)
    LANES_PASS(8)
    __m256i c = _mm256_srli_epi64(r.v[9], LANES_BITS(9));
    __m256i three = lanes_sum(c, lanes_sum(c, c));
    r.v[9] = _mm256_and_si256(r.v[9], lanes_word(LANES_MASK(9)));
    r.v[0] = lanes_sum(r.v[0], lanes_sum(three, _mm256_slli_epi64(c, 4)));
    LANES_PASS(0)
    return r;
}

/* Adds x times the even limbs of y, and d times the odd ones, to the columns k. */
#define LANES_ROW(x, d, y0, y1, y2, y3, y4, y5, y6, y7, y8, y9, k0, k1, k2, k3, k4, k5, k6, k7,    \
                  k8, k9)                                                                          \
    k0 = lanes_sum(k0, LANES_PRODUCT(x, y0));                                                      \
    k1 = lanes_sum(k1, LANES_PRODUCT(d, y1));                                                      \
    k2 = lanes_sum(k2, LANES_PRODUCT(x, y2));                                                      \
    k3 = lanes_sum(k3, LANES_PRODUCT(d, y3));                                                      \
    k4 = lanes_sum(k4, LANES_PRODUCT(x, y4));                                                      \
    k5 = lanes_sum(k5, LANES_PRODUCT(d, y5));                                                      \
    k6 = lanes_sum(k6, LANES_PRODUCT(x, y6));                                                      \
    k7 = lanes_sum(k7, LANES_PRODUCT(d, y7));                                                      \
    k8 = lanes_sum(k8, LANES_PRODUCT(x, y8));                                                      \
    k9 = lanes_sum(k9, LANES_PRODUCT(d, y9));

/* Limbs i and j go to column i + j: twice if both are odd, since 2^25.5 was rounded up for both;
 * and times 19 if that is past the last column. 19 times a limb of a factor is below 2^32; with all
 * limbs at 3 * 2^26 or 3 * 2^25, the largest column is column 0, (9 + 4 * 19 * 9 + 5 * 38 * 9 / 4)
 * * 2^52. */
LANES_INLINE struct lanes lanes_mul(struct lanes a, struct lanes b)
{
    const __m256i nineteen = lanes_word(19), none = _mm256_setzero_si256();
    __m256i n[LIMBS], h[LIMBS];
#define PREPARE(i)                                                                                 \
    n[i] = LANES_PRODUCT(b.v[i], nineteen);                                                        \
    h[i] = none;
    LANES_EACH(PREPARE)
#undef PREPARE
    LANES_ROW(a.v[0], a.v[0], b.v[0], b.v[1], b.v[2], b.v[3], b.v[4], b.v[5], b.v[6], b.v[7],
              b.v[8], b.v[9], h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9])
    LANES_ROW(a.v[1], _mm256_add_epi64(a.v[1], a.v[1]), b.v[0], b.v[1], b.v[2], b.v[3], b.v[4],
              b.v[5], b.v[6], b.v[7], b.v[8], n[9], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8],
              h[9], h[0])
    LANES_ROW(a.v[2], a.v[2], b.v[0], b.v[1], b.v[2], b.v[3], b.v[4], b.v[5], b.v[6], b.v[7], n[8],
              n[9], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[0], h[1])
    LANES_ROW(a.v[3], _mm256_add_epi64(a.v[3], a.v[3]), b.v[0], b.v[1], b.v[2], b.v[3], b.v[4],
              b.v[5], b.v[6], n[7], n[8], n[9], h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[0],
              h[1], h[2])
    LANES_ROW(a.v[4], a.v[4], b.v[0], b.v[1], b.v[2], b.v[3], b.v[4], b.v[5], n[6], n[7], n[8],
              n[9], h[4], h[5], h[6], h[7], h[8], h[9], h[0], h[1], h[2], h[3])
    LANES_ROW(a.v[5], _mm256_add_epi64(a.v[5], a.v[5]), b.v[0], b.v[1], b.v[2], b.v[3], b.v[4],
              n[5], n[6], n[7], n[8], n[9], h[5], h[6], h[7], h[8], h[9], h[0], h[1], h[2], h[3],
              h[4])
    LANES_ROW(a.v[6], a.v[6], b.v[0], b.v[1], b.v[2], b.v[3], n[4], n[5], n[6], n[7], n[8], n[9],
              h[6], h[7], h[8], h[9], h[0], h[1], h[2], h[3], h[4], h[5])
    LANES_ROW(a.v[7], _mm256_add_epi64(a.v[7], a.v[7]), b.v[0], b.v[1], b.v[2], n[3], n[4], n[5],
              n[6], n[7], n[8], n[9], h[7], h[8], h[9], h[0], h[1], h[2], h[3], h[4], h[5], h[6])
    LANES_ROW(a.v[8], a.v[8], b.v[0], b.v[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], h[8],
              h[9], h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
    LANES_ROW(a.v[9], _mm256_add_epi64(a.v[9], a.v[9]), b.v[0], n[1], n[2], n[3], n[4], n[5], n[6],
              n[7], n[8], n[9], h[9], h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8])
    struct lanes r;
#define TAKE(i) r.v[i] = h[i];
    LANES_EACH(TAKE)
#undef TAKE
    return lanes_carry_columns(r);
}

LANES_INLINE __m256i lanes_sum5(__m256i a, __m256i b, __m256i c, __m256i d, __m256i e)
{
    return lanes_sum(lanes_sum(lanes_sum(lanes_sum(a, b), c), d), e);
}

LANES_INLINE __m256i lanes_sum6(__m256i a, __m256i b, __m256i c, __m256i d, __m256i e, __m256i f)
{
    return lanes_sum(lanes_sum5(a, b, c, d, e), f);
}

/* As lanes_mul of a and a: a product of two different limbs counts twice. */
LANES_INLINE struct lanes lanes_square(struct lanes a)
{
    const __m256i nineteen = lanes_word(19);
    __m256i n[LIMBS], two[LIMBS], four[LIMBS];
    struct lanes r;
#define PREPARE(i)                                                                                 \
    n[i] = LANES_PRODUCT(a.v[i], nineteen);                                                        \
    two[i] = lanes_sum(a.v[i], a.v[i]);                                                            \
    four[i] = lanes_sum(two[i], two[i]);
    LANES_EACH(PREPARE)
#undef PREPARE
    r.v[0] = lanes_sum6(LANES_PRODUCT(a.v[0], a.v[0]), LANES_PRODUCT(four[1], n[9]),
                        LANES_PRODUCT(two[2], n[8]), LANES_PRODUCT(four[3], n[7]),
                        LANES_PRODUCT(two[4], n[6]), LANES_PRODUCT(two[5], n[5]));
    r.v[1] = lanes_sum5(LANES_PRODUCT(two[0], a.v[1]), LANES_PRODUCT(two[2], n[9]),
                        LANES_PRODUCT(two[3], n[8]), LANES_PRODUCT(two[4], n[7]),
                        LANES_PRODUCT(two[5], n[6]));
    r.v[2] = lanes_sum6(LANES_PRODUCT(two[0], a.v[2]), LANES_PRODUCT(two[1], a.v[1]),
                        LANES_PRODUCT(four[3], n[9]), LANES_PRODUCT(two[4], n[8]),
                        LANES_PRODUCT(four[5], n[7]), LANES_PRODUCT(a.v[6], n[6]));
    r.v[3] = lanes_sum5(LANES_PRODUCT(two[0], a.v[3]), LANES_PRODUCT(two[1], a.v[2]),
                        LANES_PRODUCT(two[4], n[9]), LANES_PRODUCT(two[5], n[8]),
                        LANES_PRODUCT(two[6], n[7]));
    r.v[4] = lanes_sum6(LANES_PRODUCT(two[0], a.v[4]), LANES_PRODUCT(four[1], a.v[3]),
                        LANES_PRODUCT(a.v[2], a.v[2]), LANES_PRODUCT(four[5], n[9]),
                        LANES_PRODUCT(two[6], n[8]), LANES_PRODUCT(two[7], n[7]));
    r.v[5] = lanes_sum5(LANES_PRODUCT(two[0], a.v[5]), LANES_PRODUCT(two[1], a.v[4]),
                        LANES_PRODUCT(two[2], a.v[3]), LANES_PRODUCT(two[6], n[9]),
                        LANES_PRODUCT(two[7], n[8]));
    r.v[6] = lanes_sum6(LANES_PRODUCT(two[0], a.v[6]), LANES_PRODUCT(four[1], a.v[5]),
                        LANES_PRODUCT(two[2], a.v[4]), LANES_PRODUCT(two[3], a.v[3]),
                        LANES_PRODUCT(four[7], n[9]), LANES_PRODUCT(a.v[8], n[8]));
    r.v[7] = lanes_sum5(LANES_PRODUCT(two[0], a.v[7]), LANES_PRODUCT(two[1], a.v[6]),
                        LANES_PRODUCT(two[2], a.v[5]), LANES_PRODUCT(two[3], a.v[4]),
                        LANES_PRODUCT(two[8], n[9]));
    r.v[8] = lanes_sum6(LANES_PRODUCT(two[0], a.v[8]), LANES_PRODUCT(four[1], a.v[7]),
                        LANES_PRODUCT(two[2], a.v[6]), LANES_PRODUCT(four[3], a.v[5]),
                        LANES_PRODUCT(a.v[4], a.v[4]), LANES_PRODUCT(two[9], n[9]));
    r.v[9] = lanes_sum5(LANES_PRODUCT(two[0], a.v[9]), LANES_PRODUCT(two[1], a.v[8]),
                        LANES_PRODUCT(two[2], a.v[7]), LANES_PRODUCT(two[3], a.v[6]),
                        LANES_PRODUCT(two[4], a.v[5]));
    return lanes_carry_columns(r);
}

/* a modulo p, from 0 to p - 1. A carried a is below 2p, and a + 19 reaches 2^255 exactly if a
 * reaches p. */
LANES_INLINE struct lanes lanes_canonical(struct lanes a)
{
    __m256i carry = lanes_word(19);
#define LOOK(i) carry = _mm256_srli_epi64(lanes_sum(a.v[i], carry), LANES_BITS(i));
    LANES_EACH(LOOK)
#undef LOOK
    carry = _mm256_mul_epu32(carry, lanes_word(19));
#define TAKE(i)                                                                                    \
    a.v[i] = lanes_sum(a.v[i], carry);                                                             \
    carry = _mm256_srli_epi64(a.v[i], LANES_BITS(i));                                              \
    a.v[i] = _mm256_and_si256(a.v[i], lanes_word(LANES_MASK(i)));
    LANES_EACH(TAKE)
#undef TAKE
    return a;
}

/* The lanes where all limbs are equal. */
LANES_INLINE lanes_mask lanes_are_equal(struct lanes a, struct lanes b)
{
    __m256i any = _mm256_setzero_si256();
#define GATHER(i) any = _mm256_or_si256(any, _mm256_xor_si256(a.v[i], b.v[i]));
    LANES_EACH(GATHER)
#undef GATHER
    any = _mm256_cmpeq_epi64(any, _mm256_setzero_si256());
    return (lanes_mask)_mm256_movemask_pd(_mm256_castsi256_pd(any));
}

/* The lanes where a is 0. */
LANES_INLINE lanes_mask lanes_are_zero(struct lanes a)
{
    return lanes_are_equal(lanes_canonical(a), lanes_small(0));
}

/* The lanes where a canonical a is odd. */
LANES_INLINE lanes_mask lanes_are_odd(struct lanes a)
{
    return (lanes_mask)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_slli_epi64(a.v[0], 63)));
}

/* --- For SHA-512 ------------------------------------------------------------------------------ */

LANES_INLINE __m256i lanes_xor3(__m256i a, __m256i b, __m256i c)
{
    return _mm256_xor_si256(a, _mm256_xor_si256(b, c));
}

/* Each bit of b or of c, as that of a is 1 or 0. */
LANES_INLINE __m256i lanes_either(__m256i a, __m256i b, __m256i c)
{
    return _mm256_xor_si256(c, _mm256_and_si256(a, _mm256_xor_si256(b, c)));
}

LANES_INLINE __m256i lanes_majority(__m256i a, __m256i b, __m256i c)
{
    return _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)));
}

#define LANES_ROTATED(x, n) _mm256_or_si256(_mm256_srli_epi64(x, n), _mm256_slli_epi64(x, 64 - (n)))
#define LANES_SHIFTED(x, n) _mm256_srli_epi64(x, n)

LANES_INLINE __m256i lanes_big_endian(__m256i x)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    return _mm256_shuffle_epi8(x, order);
}

#endif
#endif
