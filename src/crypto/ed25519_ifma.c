#include "crypto/ed25519_ifma.h"

#ifdef ED25519_IFMA

#include "crypto/ed25519_lanes.h"
#include "crypto/ed25519_scalar.h"
#include "crypto/sha512_lanes.h"

#include <cpuid.h>
#include <pthread.h>
#include <string.h>

/*
 * For each signature, S*B - k*A is encoded and compared with R, as the rule says; k is the hash of
 * R, A and the message modulo L. Both products are made in one run of doublings. k is taken in
 * digits of 5 bits from -16 to 15, with a table of 0 to 16 times -A that is made for it; S in
 * digits of 8 bits from -128 to 127, with a table of 0 to 128 times B that is made once. The
 * formulas are complete: they hold for all points of the curve, those of small order among them.
 */
enum {
    KEY_BITS = 5,
    KEY_DIGITS = 51,
    KEY_ENTRIES = (1 << (KEY_BITS - 1)) + 1,
    KEY_WORDS = 4 * LIMBS,
    BASE_BITS = 8,
    BASE_ENTRIES = (1 << (BASE_BITS - 1)) + 1,
    BASE_ROWS = (BASE_ENTRIES - 1) / LANES,
    BASE_WORDS = 16, /* 3 * LIMBS, and one that is not used */
    GROUP = 8,       /* vectors of signatures that share one inversion */
};

static const uint64_t curve_d[LIMBS] = {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029,
                                        0x739c663a03cbb, 0x52036cee2b6ff};
static const uint64_t curve_2d[LIMBS] = {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052,
                                         0x6738cc7407977, 0x2406d9dc56dff};
static const uint64_t root_of_minus_1[LIMBS] = {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60,
                                                0x78595a6804c9e, 0x2b8324804fc1d};
static const uint64_t base_x[LIMBS] = {0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d,
                                       0x1ff60527118fe, 0x216936d3cd6e5};
static const uint64_t base_y[LIMBS] = {0x6666666666658, 0x4cccccccccccc, 0x1999999999999,
                                       0x3333333333333, 0x6666666666666};

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

/* x = X/Z, y = Y/Z, and T = XY/Z where somebody wants it. */
struct point {
    struct lanes x, y, z, t;
};

/* A point in the form that is added: Y + X, Y - X, 2dT and Z, which an `affine` one (Z is 1) leaves
 * away. */
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

/* Hisil, Wong, Carter and Dawson 2008, 3.3 and 3.1 with a = -1, the signs of all four turned. What
 * is subtracted is below 2^52 + 2^15, and so below the limbs of 4p. */
LANES_INLINE void doubling(struct point *r, bool want_t)
{
    struct lanes xx = lanes_square(r->x), yy = lanes_square(r->y), zz = lanes_square(r->z);
    struct lanes both = lanes_square(lanes_add(r->x, r->y));
    struct lanes sum = lanes_plus(xx, yy);
    struct lanes e = lanes_carry(lanes_minus(both, sum, 4));
    struct lanes f = lanes_carry(lanes_minus(lanes_plus(lanes_plus(zz, zz), xx), yy, 2));
    complete(r, e, f, lanes_sub(yy, xx), lanes_carry(sum), want_t);
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

/* 3.1 again. zz is Z of the one times Z of the other. */
LANES_INLINE void addition(struct point *r, const struct addend *q, struct lanes zz, bool want_t)
{
    struct lanes a = lanes_mul(lanes_sub(r->y, r->x), q->difference);
    struct lanes b = lanes_mul(lanes_add(r->y, r->x), q->sum);
    struct lanes c = lanes_mul(r->t, q->t), d = lanes_plus(zz, zz);
    struct lanes e = lanes_sub(b, a), f = lanes_carry(lanes_minus(d, c, 2));
    complete(r, e, f, lanes_add(d, c), lanes_add(b, a), want_t);
}

LANES_TARGET static void point_add(struct point *r, const struct addend *q, bool want_t)
{
    addition(r, q, lanes_mul(r->z, q->z), want_t);
}

LANES_TARGET static void point_add_affine(struct point *r, const struct addend *q)
{
    addition(r, q, r->z, false);
}

LANES_TARGET static struct addend addend_of(const struct point *p)
{
    return (struct addend){lanes_add(p->y, p->x), lanes_sub(p->y, p->x),
                           lanes_mul(p->t, lanes_same(curve_2d)), p->z};
}

static LANES_TARGET struct point neutral(void)
{
    return (struct point){lanes_small(0), lanes_small(1), lanes_small(1), lanes_small(0)};
}

LANES_TARGET static struct addend addend_of_neutral(void)
{
    return (struct addend){lanes_small(1), lanes_small(1), lanes_small(0), lanes_small(1)};
}

/* --- Tables ----------------------------------------------------------------------------------- */

/* For each lane a table of its own: the words of an entry stand together. */
struct key_table {
    uint64_t words[LANES][KEY_ENTRIES][KEY_WORDS];
};

struct base_table {
    uint64_t words[BASE_ENTRIES][BASE_WORDS];
};

/* Writes the words of an addend, eight and eight, to eight places; the last eight may be fewer. */
LANES_TARGET static void put_words(const struct addend *from, uint64_t *to[LANES], int words)
{
    const struct lanes *parts[4] = {&from->sum, &from->difference, &from->t, &from->z};
    __m512i r[24];
    for (int i = 0; i < 24; i++)
        r[i] = i < words ? parts[i / LIMBS]->v[i % LIMBS] : _mm512_setzero_si512();
    for (int i = 0; i < words; i += 8) {
        __mmask8 some = (__mmask8)(words - i < 8 ? (1 << (words - i)) - 1 : 0xff);
        lanes_transpose(r + i);
        for (int lane = 0; lane < LANES; lane++)
            _mm512_mask_storeu_epi64(to[lane] + i, some, r[i + lane]);
    }
}

LANES_INLINE void take_eight(const uint64_t *const from[LANES], int at, __m512i r[8])
{
#define TAKE(lane) r[lane] = _mm512_loadu_si512(from[lane] + at);
    TAKE(0)
    TAKE(1)
    TAKE(2) TAKE(3) TAKE(4) TAKE(5) TAKE(6) TAKE(7)
#undef TAKE
        lanes_transpose(r);
}

LANES_INLINE void take_four(const uint64_t *const from[LANES], int at, __m512i r[8])
{
#define TAKE(lane)                                                                                 \
    r[lane] = _mm512_castsi256_si512(                                                              \
        _mm256_loadu_si256((const __m256i *)(const void *)(from[lane] + at)));
    TAKE(0)
    TAKE(1)
    TAKE(2) TAKE(3) TAKE(4) TAKE(5) TAKE(6) TAKE(7)
#undef TAKE
        lanes_transpose(r);
}

LANES_INLINE struct lanes five_of(const __m512i *r)
{
    return (struct lanes){{r[0], r[1], r[2], r[3], r[4]}};
}

/* The other way round in the lanes that the mask has: its negative. */
LANES_INLINE struct addend signed_addend(const __m512i *r, __mmask8 minus)
{
    struct lanes sum = five_of(r), difference = five_of(r + LIMBS), t = five_of(r + 2 * LIMBS);
    return (struct addend){lanes_select(minus, difference, sum),
                           lanes_select(minus, sum, difference),
                           lanes_select(minus, lanes_negated(t), t), five_of(r + 3 * LIMBS)};
}

/* A digit of each lane, without its sign, and the lanes where it is negative. */
struct digits {
    uint64_t size[LANES];
    __mmask8 minus;
};

/* The words of a number to which half of its base was added in every digit, so that digits less
 * that half are the signed ones; [word][lane]. */
struct scalars {
    uint64_t words[4][LANES];
};

LANES_INLINE struct digits digits_at(const struct scalars *s, unsigned bit, unsigned bits)
{
    unsigned word = bit / 64, shift = bit % 64;
    const __m512i half = _mm512_set1_epi64(1LL << (bits - 1));
    __m512i x = _mm512_srl_epi64(_mm512_loadu_si512(s->words[word]), _mm_cvtsi32_si128((int)shift));
    if (shift + bits > 64 && word < 3)
        x = _mm512_or_si512(x, _mm512_sll_epi64(_mm512_loadu_si512(s->words[word + 1]),
                                                _mm_cvtsi32_si128((int)(64 - shift))));
    x = _mm512_and_si512(x, _mm512_set1_epi64((1LL << bits) - 1));
    struct digits d;
    d.minus = _mm512_cmplt_epi64_mask(x, half);
    _mm512_storeu_si512(d.size, _mm512_abs_epi64(_mm512_sub_epi64(x, half)));
    return d;
}

LANES_TARGET static void add_key(struct point *r, const struct key_table *table,
                                 const struct scalars *k, unsigned bit, bool want_t)
{
    struct digits d = digits_at(k, bit, KEY_BITS);
    const uint64_t *from[LANES];
    __m512i words[24];
    for (int lane = 0; lane < LANES; lane++)
        from[lane] = table->words[lane][d.size[lane]];
    take_eight(from, 0, words);
    take_eight(from, 8, words + 8);
    take_four(from, 16, words + 16);
    struct addend q = signed_addend(words, d.minus);
    point_add(r, &q, want_t);
}

LANES_TARGET static void add_base(struct point *r, const struct base_table *table,
                                  const struct scalars *s, unsigned bit)
{
    struct digits d = digits_at(s, bit, BASE_BITS);
    const uint64_t *from[LANES];
    __m512i words[20];
    for (int lane = 0; lane < LANES; lane++)
        from[lane] = table->words[d.size[lane]];
    take_eight(from, 0, words);
    take_eight(from, 8, words + 8);
    for (int i = 16; i < 20; i++)
        words[i] = words[0];
    struct addend q = signed_addend(words, d.minus);
    point_add_affine(r, &q);
}

/* 0 to 16 times a point. */
LANES_TARGET static void make_key_table(const struct point *p, struct key_table *table)
{
    struct addend one = addend_of(p), q = addend_of_neutral();
    struct point multiple = *p;
    for (int i = 0; i < KEY_ENTRIES; i++) {
        uint64_t *to[LANES];
        for (int lane = 0; lane < LANES; lane++)
            to[lane] = table->words[lane][i];
        put_words(&q, to, KEY_WORDS);
        if (i > 0)
            point_add(&multiple, &one, true);
        q = addend_of(i > 0 ? &multiple : p);
    }
}

/* Rows of points to affine ones, by the one inverse of all their Z (Montgomery's trick). */
LANES_TARGET static void make_affine(struct point *rows, int n)
{
    struct lanes before[BASE_ROWS], product = lanes_small(1);
    for (int i = 0; i < n; i++) {
        before[i] = product;
        multiply(&product, &rows[i].z);
    }
    product = inverted(product);
    while (n-- > 0) {
        struct lanes over = lanes_mul(product, before[n]);
        multiply(&product, &rows[n].z);
        rows[n].x = lanes_mul(rows[n].x, over);
        rows[n].y = lanes_mul(rows[n].y, over);
        rows[n].z = lanes_small(1);
        rows[n].t = lanes_mul(rows[n].x, rows[n].y);
    }
}

/* Lane l gets l + 1 times the point that all lanes of p have. */
LANES_TARGET static struct point count_up(const struct point *p)
{
    const struct addend one = addend_of(p), none = addend_of_neutral();
    struct point r = *p;
    for (int lane = 1; lane < LANES; lane++) {
        __mmask8 in = (__mmask8)(0xff << lane);
        struct addend q = {lanes_select(in, one.sum, none.sum),
                           lanes_select(in, one.difference, none.difference),
                           lanes_select(in, one.t, none.t), lanes_select(in, one.z, none.z)};
        point_add(&r, &q, true);
    }
    return r;
}

LANES_TARGET static void put_base_row(const struct point *row, struct base_table *table, int first)
{
    struct addend q = addend_of(row);
    uint64_t *to[LANES];
    for (int lane = 0; lane < LANES; lane++)
        to[lane] = table->words[first + lane];
    put_words(&q, to, 3 * LIMBS);
}

/* 1 to 128 times B, made affine, eight a row; and before, 0 times B. */
LANES_TARGET static void make_base_table(struct base_table *table)
{
    struct point rows[BASE_ROWS], eight;
    eight = (struct point){lanes_same(base_x), lanes_same(base_y), lanes_small(1), {{{0}}}};
    eight.t = lanes_mul(eight.x, eight.y);
    rows[0] = count_up(&eight);
    point_double(&eight, 2);
    point_double_t(&eight);
    const struct addend step = addend_of(&eight);
    for (int i = 1; i < BASE_ROWS; i++) {
        rows[i] = rows[i - 1];
        point_add(&rows[i], &step, true);
    }
    make_affine(rows, BASE_ROWS);
    const struct point zero = neutral();
    put_base_row(&zero, table, 0);
    for (int i = 0; i < BASE_ROWS; i++)
        put_base_row(&rows[i], table, 1 + i * LANES);
}

/* --- Encodings -------------------------------------------------------------------------------- */

/* 32 bytes of each lane as words. */
struct encodings {
    uint64_t words[4][LANES];
};

/* The lower 255 bits as limbs. */
LANES_TARGET static struct lanes limbs_of(const struct encodings *e)
{
    const __m512i mask = _mm512_set1_epi64((1LL << LIMB_BITS) - 1);
    __m512i w[4];
    struct lanes r;
    for (int i = 0; i < 4; i++)
        w[i] = _mm512_loadu_si512(e->words[i]);
    r.v[0] = w[0];
    r.v[1] = _mm512_or_si512(_mm512_srli_epi64(w[0], 51), _mm512_slli_epi64(w[1], 13));
    r.v[2] = _mm512_or_si512(_mm512_srli_epi64(w[1], 38), _mm512_slli_epi64(w[2], 26));
    r.v[3] = _mm512_or_si512(_mm512_srli_epi64(w[2], 25), _mm512_slli_epi64(w[3], 39));
    r.v[4] = _mm512_srli_epi64(w[3], 12);
    for (int i = 0; i < LIMBS; i++)
        r.v[i] = _mm512_and_si512(r.v[i], mask);
    return r;
}

LANES_INLINE __mmask8 sign_bits(const struct encodings *e)
{
    return _mm512_movepi64_mask(_mm512_loadu_si512(e->words[3]));
}

/* The lanes where a canonical a is odd. */
LANES_INLINE __mmask8 are_odd(struct lanes a)
{
    return _mm512_test_epi64_mask(a.v[0], _mm512_set1_epi64(1));
}

/* x from y: x^2 = u/v, with u = y^2 - 1 and v = d y^2 + 1; that is u v^3 (u v^7)^((p-5)/8), or as
 * many times the root of -1 (RFC 8032, 5.1.3). Gives the lanes that have one. */
LANES_TARGET static __mmask8 find_x(struct lanes y, __mmask8 odd, struct lanes *out)
{
    struct lanes yy = lanes_square(y), one = lanes_small(1);
    struct lanes u = lanes_sub(yy, one), v = lanes_add(lanes_mul(yy, lanes_same(curve_d)), one);
    struct lanes v3 = lanes_mul(lanes_square(v), v), uv3 = lanes_mul(u, v3);
    struct lanes uv7 = lanes_mul(lanes_mul(uv3, v3), v);
    struct lanes x = lanes_mul(uv3, power_for_root(uv7));
    struct lanes vxx = lanes_mul(lanes_square(x), v);
    __mmask8 is_root = lanes_are_zero(lanes_sub(vxx, u));
    __mmask8 is_other = lanes_are_zero(lanes_add(vxx, u));
    x = lanes_select(is_root, x, lanes_mul(x, lanes_same(root_of_minus_1)));
    x = lanes_canonical(x);
    __mmask8 turn = (__mmask8)(are_odd(x) ^ odd);
    *out = lanes_select(turn, lanes_carry(lanes_negated(x)), x);
    return (__mmask8)(is_root | is_other);
}

/* -A of each lane; B's negative where A is the encoding of no point, so that what follows is sound
 * there, too, and disturbs no other vector. Gives the lanes that are well. */
LANES_TARGET static __mmask8 decode_negated(const struct encodings *e, struct point *p)
{
    struct lanes x, y = limbs_of(e);
    __mmask8 well = find_x(y, (__mmask8)~sign_bits(e), &x);
    p->x = lanes_select(well, x, lanes_same(base_x));
    p->y = lanes_select(well, y, lanes_same(base_y));
    p->z = lanes_small(1);
    p->t = lanes_mul(p->x, p->y);
    return well;
}

/* The lanes where the point whose Z has the inverse `over` is encoded as R. */
LANES_TARGET static __mmask8 are_encoded_as(const struct point *p, struct lanes over,
                                            const struct encodings *e)
{
    struct lanes x = lanes_canonical(lanes_mul(p->x, over));
    struct lanes y = lanes_canonical(lanes_mul(p->y, over)), r = limbs_of(e);
    __mmask8 same = (__mmask8) ~(are_odd(x) ^ sign_bits(e));
    for (int i = 0; i < LIMBS; i++)
        same = _mm512_mask_cmpeq_epi64_mask(same, y.v[i], r.v[i]);
    return same;
}

/* --- Signatures ------------------------------------------------------------------------------- */

/* Eight signatures on the way. */
struct eight {
    struct point sum;
    struct encodings r;
    __mmask8 well; /* those for which nothing speaks so far */
};

/* The sum of both products. */
LANES_TARGET static void multiply_both(const struct key_table *key, const struct scalars *k,
                                       const struct base_table *base, const struct scalars *s,
                                       struct point *r)
{
    *r = neutral();
    int since = 0;
    for (int bit = (KEY_DIGITS - 1) * KEY_BITS; bit >= 0; bit--) {
        bool with_key = bit % KEY_BITS == 0, with_base = bit % BASE_BITS == 0;
        if (bit < (KEY_DIGITS - 1) * KEY_BITS)
            since++;
        if (!with_key && !with_base)
            continue;
        if (since) {
            point_double(r, since - 1);
            point_double_t(r);
        }
        since = 0;
        if (with_key)
            add_key(r, key, k, (unsigned)bit, with_base);
        if (with_base)
            add_base(r, base, s, (unsigned)bit);
    }
}

/* Half of the base in every digit. */
static const uint64_t key_halves[4] = {0x0842108421084210, 0x1084210842108421, 0x2108421084210842,
                                       0x4210842108421084};
static const uint64_t base_halves[4] = {0x8080808080808080, 0x8080808080808080, 0x8080808080808080,
                                        0x8080808080808080};

static void put_scalar(const uint64_t x[4], const uint64_t halves[4], struct scalars *out, int lane)
{
    unsigned carry = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t sum;
        unsigned over = __builtin_add_overflow(x[i], halves[i], &sum);
        over += __builtin_add_overflow(sum, carry, &sum);
        out->words[i][lane] = sum;
        carry = over;
    }
}

static void put_words_of(const uint8_t bytes[32], struct encodings *out, int lane)
{
    for (int i = 0; i < 4; i++)
        memcpy(&out->words[i][lane], bytes + 8 * i, 8);
}

/* k of all lanes. */
static void hash_all(const struct sigjob *const jobs[LANES], struct scalars *k)
{
    struct sha512_text texts[LANES];
    uint64_t hashes[8][LANES], hash[8], rest[4];
    for (int lane = 0; lane < LANES; lane++) {
        memcpy(texts[lane].head, jobs[lane]->signature, 32);
        memcpy(texts[lane].head + 32, jobs[lane]->key, 32);
        texts[lane].body = jobs[lane]->message;
        texts[lane].len = jobs[lane]->len;
    }
    sha512_lanes(texts, hashes);
    for (int lane = 0; lane < LANES; lane++) {
        for (int i = 0; i < 8; i++)
            hash[i] = hashes[i][lane];
        scalar_reduce(hash, rest);
        put_scalar(rest, key_halves, k, lane);
    }
}

/* S, R and A of one lane; an S that the rule does not let through becomes 0. Whether it does. */
static bool take_job(const struct sigjob *job, int lane, struct scalars *s, struct encodings *r,
                     struct encodings *a)
{
    uint64_t words[4];
    memcpy(words, job->signature + 32, sizeof words);
    bool below = scalar_is_below_order(words);
    put_scalar(below ? words : (const uint64_t[4]){0}, base_halves, s, lane);
    put_words_of(job->signature, r, lane);
    put_words_of(job->key, a, lane);
    return below && ed25519_sound(job->key) && ed25519_sound(job->signature);
}

/* Up to eight jobs; the lanes without one repeat the first. */
LANES_TARGET static void begin_eight(const struct sigjob *jobs, size_t n,
                                     const struct base_table *base, struct eight *e)
{
    const struct sigjob *of_lane[LANES];
    struct key_table table;
    struct scalars s, k;
    struct encodings a;
    struct point key;
    unsigned well = 0;
    for (int lane = 0; lane < LANES; lane++) {
        of_lane[lane] = &jobs[(size_t)lane < n ? lane : 0];
        well |= (unsigned)take_job(of_lane[lane], lane, &s, &e->r, &a) << lane;
    }
    hash_all(of_lane, &k);
    e->well = (__mmask8)(well & decode_negated(&a, &key));
    make_key_table(&key, &table);
    multiply_both(&table, &k, base, &s, &e->sum);
}

/* The inverses of all Z by one: Montgomery's trick. No Z is 0, as all points are on the curve. */
LANES_TARGET static void end_group(struct eight *e, size_t n)
{
    struct lanes before[GROUP], product = lanes_small(1);
    for (size_t i = 0; i < n; i++) {
        before[i] = product;
        multiply(&product, &e[i].sum.z);
    }
    product = inverted(product);
    for (size_t i = n; i-- > 0;) {
        e[i].well &= are_encoded_as(&e[i].sum, lanes_mul(product, before[i]), &e[i].r);
        multiply(&product, &e[i].sum.z);
    }
}

static struct base_table *base_table(void)
{
    static struct base_table table;
    return &table;
}

static void prepare(void)
{
    make_base_table(base_table());
}

int ed25519_ifma_load(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, prepare) ? fault_trouble(f, "cannot make a table") : 0;
}

LANES_TARGET void ed25519_ifma_check(struct sigjob *jobs, size_t n)
{
    struct eight group[GROUP];
    for (size_t begin = 0; begin < n; begin += (size_t)GROUP * LANES) {
        size_t end = n - begin < GROUP * LANES ? n : begin + (size_t)GROUP * LANES, count = 0;
        for (size_t i = begin; i < end; i += LANES)
            begin_eight(jobs + i, end - i, base_table(), &group[count++]);
        end_group(group, count);
        for (size_t i = begin; i < end; i++) {
            jobs[i].valid = group[(i - begin) / LANES].well >> (i - begin) % LANES & 1;
            jobs[i].unknown = false;
        }
    }
}

/* --- Whether, and for tests ------------------------------------------------------------------- */

/* The system must keep the registers (XCR0: SSE, AVX, and AVX-512's masks and two halves). */
static bool system_keeps_registers(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 0xe6) == 0xe6;
}

bool ed25519_ifma_usable(void)
{
    const unsigned want = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL | bit_AVX512IFMA;
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !system_keeps_registers())
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & want) == want;
}

LANES_TARGET static struct lanes number(enum ifma_operation op, struct lanes a, struct lanes b)
{
    switch (op) {
    case IFMA_ADD:
        return lanes_add(a, b);
    case IFMA_SUB:
        return lanes_sub(a, b);
    case IFMA_NEGATE:
        return lanes_carry(lanes_negated(a));
    case IFMA_MUL:
        return lanes_mul(a, b);
    case IFMA_SQUARE:
        return lanes_square(a);
    case IFMA_INVERT:
        return inverted(a);
    case IFMA_ROOT:
        return power_for_root(a);
    case IFMA_CANONICAL:
    default:
        return lanes_canonical(a);
    }
}

LANES_TARGET void ed25519_ifma_number(enum ifma_operation op, const uint64_t a[5][8],
                                      const uint64_t b[5][8], uint64_t out[5][8])
{
    struct lanes x, y;
    for (int i = 0; i < LIMBS; i++) {
        x.v[i] = _mm512_loadu_si512(a[i]);
        y.v[i] = _mm512_loadu_si512(b[i]);
    }
    x = number(op, x, y);
    for (int i = 0; i < LIMBS; i++)
        _mm512_storeu_si512(out[i], x.v[i]);
}

#else
typedef int ed25519_ifma_is_not_for_this_processor;
#endif
