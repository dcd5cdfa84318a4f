/*
 * One signature at a time, for when nobody would fill the other lanes: the coordinates of a point
 * stand side by side, as X, Y, Z and T in four lanes, so an addition takes two multiplications one
 * after the other instead of eight. Both products of the signature go together: the lower four
 * lanes have a multiple of the key, the upper four one of B.
 *
 * A part of ed25519_ifma.c, which includes it after ed25519_lanes.h. The formulas are those of
 * curve_lanes.h; Hisil, Wong, Carter and Dawson 2008 give them for four processors, too.
 */
#ifndef CRYPTO_CURVE_FOURS_H
#define CRYPTO_CURVE_FOURS_H

#include "crypto/lanes_ifma.h"

/* The lanes of X, Y, Z and T of both points; of the sum's e, f, g and h, too. */
enum { FOURS_X = 0x11, FOURS_Y = 0x22, FOURS_Z = 0x44, FOURS_T = 0x88, FOURS_ALL = 0xff };

enum { FOURS_UPPER = 0xf0 };

/* In the lanes `in`, the lane of a that is named for it among its four; 0 in the others. */
#define FOURS_LIMB(in, a, i, x, y, z, t)                                                           \
    _mm512_maskz_permutex_epi64(in, (a).v[i], (x) | (y) << 2 | (z) << 4 | (t) << 6)
#define FOURS_ORDER(in, a, x, y, z, t)                                                             \
    ((struct lanes){{FOURS_LIMB(in, a, 0, x, y, z, t), FOURS_LIMB(in, a, 1, x, y, z, t),           \
                     FOURS_LIMB(in, a, 2, x, y, z, t), FOURS_LIMB(in, a, 3, x, y, z, t),           \
                     FOURS_LIMB(in, a, 4, x, y, z, t)}})

/* X = EF, Y = GH, Z = FG and T = EH of (E, F, G, H). */
LANES_INLINE struct lanes fours_complete(struct lanes e)
{
    return lanes_mul(FOURS_ORDER(FOURS_ALL, e, 0, 2, 1, 0), FOURS_ORDER(FOURS_ALL, e, 1, 3, 2, 3));
}

/* As `doubling': of XX, YY, ZZ and (X + Y)^2, E is the last less the first two, F = 2ZZ + XX - YY,
 * G = YY - XX and H = XX + YY. */
LANES_INLINE struct lanes fours_doubled(struct lanes p)
{
    struct lanes s = lanes_plus(FOURS_ORDER(FOURS_ALL, p, 0, 1, 2, 0),
                                FOURS_ORDER(FOURS_T, p, 0, 0, 0, 1));
    s = lanes_square(lanes_carry(s));
    struct lanes plus = lanes_plus(FOURS_ORDER(FOURS_ALL, s, 3, 2, 1, 0),
                                   FOURS_ORDER(FOURS_Y | FOURS_T, s, 0, 2, 0, 1));
    plus = lanes_plus(plus, FOURS_ORDER(FOURS_Y, s, 0, 0, 0, 0));
    struct lanes minus = lanes_plus(FOURS_ORDER(FOURS_X | FOURS_Y | FOURS_Z, s, 0, 1, 0, 0),
                                    FOURS_ORDER(FOURS_X, s, 1, 0, 0, 0));
    return fours_complete(lanes_carry(lanes_minus(plus, minus, 4)));
}

LANES_TARGET static void fours_double(struct lanes *p, int times)
{
    struct lanes r = *p;
    for (int i = 0; i < times; i++)
        r = fours_doubled(r);
    *p = r;
}

/* Y - X, Y + X, T and Z. */
LANES_INLINE struct lanes fours_spread(struct lanes p)
{
    struct lanes plus = lanes_plus(FOURS_ORDER(FOURS_ALL, p, 1, 1, 3, 2),
                                   FOURS_ORDER(FOURS_Y, p, 0, 0, 0, 0));
    return lanes_carry(lanes_minus(plus, FOURS_ORDER(FOURS_X, p, 0, 0, 0, 0), 2));
}

/* The form in which a point is added: Y - X, Y + X, 2dT and Z. */
LANES_TARGET static struct lanes fours_addend(struct lanes p)
{
    return lanes_mul(fours_spread(p),
                     lanes_select(FOURS_Z, lanes_number(curve_2d), lanes_small(1)));
}

LANES_TARGET static struct lanes fours_negated(struct lanes addend)
{
    struct lanes plus = FOURS_ORDER(FOURS_X | FOURS_Y | FOURS_T, addend, 1, 0, 0, 3);
    return lanes_carry(lanes_minus(plus, FOURS_ORDER(FOURS_Z, addend, 0, 0, 2, 0), 2));
}

/* As `addition': of the products a, b, c and zz, E = b - a, F = 2zz - c, G = 2zz + c, H = b + a. */
LANES_TARGET static void fours_add(struct lanes *p, const struct lanes *addend)
{
    struct lanes m = lanes_mul(fours_spread(*p), *addend);
    struct lanes plus = lanes_plus(FOURS_ORDER(FOURS_ALL, m, 1, 3, 3, 1),
                                   FOURS_ORDER(FOURS_Y | FOURS_Z, m, 0, 3, 3, 0));
    plus = lanes_plus(plus, FOURS_ORDER(FOURS_Z | FOURS_T, m, 0, 0, 2, 0));
    struct lanes minus = FOURS_ORDER(FOURS_X | FOURS_Y, m, 0, 2, 0, 0);
    *p = fours_complete(lanes_carry(lanes_minus(plus, minus, 2)));
}

/* Adds the upper point to the lower one. */
LANES_TARGET static void fours_join(struct lanes *p)
{
    struct lanes upper = fours_addend(*p);
#define LOWER(i) upper.v[i] = _mm512_shuffle_i64x2(upper.v[i], upper.v[i], 0x4e);
    LANES_EACH(LOWER)
#undef LOWER
    fours_add(p, &upper);
}

/* From points that each hold one number in all lanes, one with Z = 1. */
LANES_TARGET static struct lanes fours_of(const struct point *lower, const struct point *upper)
{
    struct lanes x = lanes_select(FOURS_UPPER, upper->x, lower->x);
    struct lanes y = lanes_select(FOURS_UPPER, upper->y, lower->y);
    struct lanes t = lanes_select(FOURS_UPPER, upper->t, lower->t);
    return lanes_select(FOURS_X, x,
                        lanes_select(FOURS_Y, y, lanes_select(FOURS_T, t, lanes_small(1))));
}

/* The lower point, in all lanes, without T. */
LANES_TARGET static struct point fours_lower(struct lanes p)
{
#define LOWER(i) p.v[i] = _mm512_shuffle_i64x2(p.v[i], p.v[i], 0x44);
    LANES_EACH(LOWER)
#undef LOWER
    return (struct point){.x = FOURS_ORDER(FOURS_ALL, p, 0, 0, 0, 0),
                          .y = FOURS_ORDER(FOURS_ALL, p, 1, 1, 1, 1),
                          .z = FOURS_ORDER(FOURS_ALL, p, 2, 2, 2, 2)};
}

/* -16 to 15 times both points, to be added. */
struct fours_table {
    struct lanes entries[1 << KEY_BITS];
};

LANES_TARGET static void fours_fill(struct lanes p, struct fours_table *table)
{
    enum { NONE = 1 << (KEY_BITS - 1) };
    const struct lanes one = fours_addend(p), zero = lanes_small(0);
    table->entries[NONE] = lanes_select(FOURS_Z, zero, lanes_small(1));
    table->entries[NONE + 1] = one;
    table->entries[NONE - 1] = fours_negated(one);
    for (int i = 2; i <= NONE; i++) {
        fours_add(&p, &one);
        struct lanes addend = fours_addend(p);
        table->entries[NONE - i] = fours_negated(addend);
        if (i < NONE)
            table->entries[NONE + i] = addend;
    }
}

/* The digit of KEY_BITS bits at this bit, plus half of the base. */
static unsigned fours_digit(const struct scalars *s, unsigned bit)
{
    unsigned word = bit / 64, shift = bit % 64;
    uint64_t x = s->words[word][0] >> shift;
    if (shift > 64 - KEY_BITS && word < 3)
        x |= s->words[word + 1][0] << (64 - shift);
    return x & ((1U << KEY_BITS) - 1);
}

/* k times `key' plus s times B, of the scalars' first lane; both have digits as k has them. */
LANES_TARGET static void fours_multiply(const struct point *key, const struct scalars *k,
                                        const struct scalars *s, struct point *sum)
{
    struct fours_table table;
    const struct point base = base_point();
    struct lanes r = lanes_select(FOURS_Y | FOURS_Z, lanes_small(1), lanes_small(0));
    fours_fill(fours_of(key, &base), &table);
    for (int i = KEY_DIGITS - 1; i >= 0; i--) {
        const unsigned bit = (unsigned)i * KEY_BITS;
        const struct lanes *of_key = &table.entries[fours_digit(k, bit)];
        const struct lanes *of_base = &table.entries[fours_digit(s, bit)];
        const struct lanes addend = lanes_select(FOURS_UPPER, *of_base, *of_key);
        if (i < KEY_DIGITS - 1)
            fours_double(&r, KEY_BITS);
        fours_add(&r, &addend);
    }
    fours_join(&r);
    *sum = fours_lower(r);
}

#endif
