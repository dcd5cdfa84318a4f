/*
 * LANES points of Ed25519's curve, side by side: a part of ed25519_lanes.h, included after one of
 * the lanes_*.h.
 */
#ifndef CRYPTO_CURVE_LANES_H
#define CRYPTO_CURVE_LANES_H

#include <stdbool.h>
#include <stdint.h>

static const uint64_t curve_d[4] = {0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898,
                                    0x52036cee2b6ffe73};
static const uint64_t curve_2d[4] = {0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130,
                                     0x2406d9dc56dffce7};
static const uint64_t root_of_minus_1[4] = {0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478,
                                            0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b};
static const uint64_t base_x[4] = {0xc9562d608f25d51a, 0x692cc7609525a7b2, 0xc0a4e231fdd6dc5c,
                                   0x216936d3cd6e53fe};
static const uint64_t base_y[4] = {0x6666666666666658, 0x6666666666666666, 0x6666666666666666,
                                   0x6666666666666666};

/* --- Numbers --------------------------------------------------------------------------------- */

LANES_INLINE struct lanes lanes_add(struct lanes a, struct lanes b)
{
    return lanes_carry(lanes_plus(a, b));
}

LANES_INLINE struct lanes lanes_sub(struct lanes a, struct lanes b)
{
    return lanes_carry(lanes_minus(a, b, 2));
}

/* --- Powers ----------------------------------------------------------------------------------- */

/* a^(2^n). */
LANES_TARGET static void square_times(struct lanes *a, int n)
{
    struct lanes r = *a;
    for (int i = 0; i < n; i++)
        r = lanes_square(r);
    *a = r;
}

LANES_TARGET static void multiply(struct lanes *a, const struct lanes *b)
{
    *a = lanes_mul(*a, *b);
}

/* a^(2^250 - 1), and a^11 on the way. */
LANES_TARGET static struct lanes power_of_ones(struct lanes a, struct lanes *eleventh)
{
    struct lanes two = lanes_square(a), nine = two, r;
    square_times(&nine, 2);
    multiply(&nine, &a);
    *eleventh = lanes_mul(nine, two);
    r = lanes_mul(lanes_square(*eleventh), nine); /* 2^5 - 1 */
    struct lanes five = r;
    square_times(&r, 5);
    multiply(&r, &five);
    struct lanes ten = r;
    square_times(&r, 10);
    multiply(&r, &ten);
    struct lanes twenty = r;
    square_times(&r, 20);
    multiply(&r, &twenty);
    square_times(&r, 10);
    multiply(&r, &ten);
    struct lanes fifty = r;
    square_times(&r, 50);
    multiply(&r, &fifty);
    struct lanes hundred = r;
    square_times(&r, 100);
    multiply(&r, &hundred);
    square_times(&r, 50);
    multiply(&r, &fifty);
    return r;
}

/* a^((p - 5) / 8) = a^(2^252 - 3). */
LANES_TARGET static struct lanes power_for_root(struct lanes a)
{
    struct lanes eleventh, r = power_of_ones(a, &eleventh);
    square_times(&r, 2);
    multiply(&r, &a);
    return r;
}

/* 1 / a = a^(2^255 - 21); 0 of 0. */
LANES_TARGET static struct lanes inverted(struct lanes a)
{
    struct lanes eleventh, r = power_of_ones(a, &eleventh);
    square_times(&r, 5);
    multiply(&r, &eleventh);
    return r;
}

/* --- Points ----------------------------------------------------------------------------------- */

/* x = X/Z, y = Y/Z, and T = XY/Z if a later step needs it. */
struct point {
    struct lanes x, y, z, t;
};

/* A point in the form in which it is added: Y + X, Y - X, 2dT and Z. An `affine` one, with Z = 1,
 * omits Z. */
struct addend {
    struct lanes sum, difference, t, z;
};

LANES_INLINE void complete(struct point *r, struct lanes e, struct lanes f, struct lanes g,
                           struct lanes h, bool want_t)
{
    r->x = lanes_mul(e, f);
    r->y = lanes_mul(g, h);
    r->z = lanes_mul(f, g);
    if (want_t)
        r->t = lanes_mul(e, h);
}

/* Hisil, Wong, Carter and Dawson 2008, sections 3.3 and 3.1 with a = -1, with the signs of all four
 * inverted. Subtrahends are sums of at most two carried numbers, and so below 4p limb by limb. */
LANES_INLINE void doubling(struct point *r, bool want_t)
{
    struct lanes xx = lanes_square(r->x), yy = lanes_square(r->y), zz = lanes_square(r->z);
    struct lanes both = lanes_square(lanes_add_factor(r->x, r->y));
    struct lanes sum = lanes_plus(xx, yy);
    struct lanes e = lanes_carry(lanes_minus(both, sum, 4));
    struct lanes f = lanes_carry(lanes_minus(lanes_plus(lanes_plus(zz, zz), xx), yy, 2));
    complete(r, e, f, lanes_sub_factor(yy, xx), lanes_factor(sum), want_t);
}

LANES_TARGET static void point_double(struct point *r, int times)
{
    for (int i = 0; i < times; i++)
        doubling(r, false);
}

LANES_TARGET static void point_double_t(struct point *r)
{
    doubling(r, true);
}

/* Section 3.1 again. zz is the product of the two Z. */
LANES_INLINE void addition(struct point *r, const struct addend *q, struct lanes zz, bool want_t)
{
    struct lanes a = lanes_mul(lanes_sub_factor(r->y, r->x), q->difference);
    struct lanes b = lanes_mul(lanes_add_factor(r->y, r->x), q->sum);
    struct lanes c = lanes_mul(r->t, q->t), d = lanes_plus(zz, zz);
    struct lanes e = lanes_sub_factor(b, a), f = lanes_carry(lanes_minus(d, c, 2));
    complete(r, e, f, lanes_add(d, c), lanes_add_factor(b, a), want_t);
}

LANES_TARGET static void point_add(struct point *r, const struct addend *q, bool want_t)
{
    addition(r, q, lanes_mul(r->z, q->z), want_t);
}

/* For an addend with Z = 1. */
LANES_TARGET static void point_add_affine(struct point *r, const struct addend *q, bool want_t)
{
    addition(r, q, r->z, want_t);
}

LANES_TARGET static struct addend addend_of(const struct point *p)
{
    return (struct addend){lanes_add(p->y, p->x), lanes_sub(p->y, p->x),
                           lanes_mul(p->t, lanes_number(curve_2d)), p->z};
}

LANES_TARGET static struct point neutral(void)
{
    return (struct point){lanes_small(0), lanes_small(1), lanes_small(1), lanes_small(0)};
}

LANES_TARGET static struct addend addend_of_neutral(void)
{
    return (struct addend){lanes_small(1), lanes_small(1), lanes_small(0), lanes_small(1)};
}

/* x from y: x^2 = u/v, with u = y^2 - 1 and v = d y^2 + 1. That is u v^3 (u v^7)^((p-5)/8), or this
 * times the root of -1 (RFC 8032, 5.1.3). The result is canonical, and 0 if there is no root. */
LANES_TARGET static struct lanes find_x(struct lanes y, lanes_mask odd)
{
    struct lanes yy = lanes_square(y), one = lanes_small(1);
    struct lanes u = lanes_sub(yy, one), v = lanes_add(lanes_mul(yy, lanes_number(curve_d)), one);
    struct lanes v3 = lanes_mul(lanes_square(v), v), uv3 = lanes_mul(u, v3);
    struct lanes uv7 = lanes_mul(lanes_mul(uv3, v3), v);
    struct lanes x = lanes_mul(uv3, power_for_root(uv7));
    struct lanes vxx = lanes_mul(lanes_square(x), v);
    lanes_mask is_root = lanes_are_zero(lanes_sub(vxx, u));
    lanes_mask is_other = lanes_are_zero(lanes_add(vxx, u));
    x = lanes_select(is_root, x, lanes_mul(x, lanes_number(root_of_minus_1)));
    x = lanes_canonical(x);
    lanes_mask turn = (lanes_mask)(lanes_are_odd(x) ^ odd);
    x = lanes_canonical(lanes_select(turn, lanes_carry(lanes_negated(x)), x));
    return lanes_select((lanes_mask)(is_root | is_other), x, lanes_small(0));
}

#endif
