/*
 * Ed25519 signatures, LANES of them side by side: the body of a kernel, which it includes behind
 * one of lanes_*.h, which has the arithmetic. Nobody else does, as it all is static.
 */
#ifndef CRYPTO_ED25519_LANES_H
#define CRYPTO_ED25519_LANES_H

#include "crypto/ed25519.h"
#include "crypto/ed25519_parts.h"
#include "crypto/ed25519_scalar.h"
#include "crypto/sha512_lanes.h"

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
    KEY_WORDS = 4 * LANES_PACKED,
    BASE_BITS = 8,
    BASE_ENTRIES = (1 << (BASE_BITS - 1)) + 1,
    BASE_ROWS = (BASE_ENTRIES - 1) / LANES,
    BASE_WORDS = 3 * LANES_PACKED + 1, /* the last is not used */
    GROUP = 8,                         /* vectors of signatures that share one inversion */
};

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
 * is subtracted is the sum of two carried ones at most, and so limb by limb below 4p. */
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

/* 3.1 again. zz is Z of the one times Z of the other. */
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

LANES_TARGET static void point_add_affine(struct point *r, const struct addend *q)
{
    addition(r, q, r->z, false);
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

/* --- Tables ----------------------------------------------------------------------------------- */

/* For each lane a table of its own: the words of an entry stand together. */
struct key_table {
    uint64_t words[LANES][KEY_ENTRIES][KEY_WORDS];
};

struct base_table {
    uint64_t words[BASE_ENTRIES][BASE_WORDS];
};

/* The words of an addend, those of each lane to a place of its own. */
LANES_TARGET static void put_words(const struct addend *from, uint64_t *to[LANES], int words)
{
    lanes_vector r[KEY_WORDS];
    lanes_pack(from->sum, r);
    lanes_pack(from->difference, r + LANES_PACKED);
    lanes_pack(from->t, r + 2 * LANES_PACKED);
    lanes_pack(from->z, r + 3 * LANES_PACKED);
    lanes_put(r, words, to);
}

/* The sum and the difference of an addend change places in the lanes that the mask has, and T its
 * sign: that is the negative. */
LANES_INLINE struct addend signed_addend(const lanes_vector r[KEY_WORDS], lanes_mask minus)
{
    const lanes_vector *sum = r, *difference = r + LANES_PACKED;
    lanes_vector a[LANES_PACKED], b[LANES_PACKED];
#define SWAP(i)                                                                                    \
    a[i] = lanes_choose(minus, difference[i], sum[i]);                                             \
    b[i] = lanes_choose(minus, sum[i], difference[i]);
    SWAP(0)
    SWAP(1)
    SWAP(2)
    SWAP(3)
    SWAP(4)
#undef SWAP
    struct lanes t = lanes_unpack(r + 2 * LANES_PACKED);
    return (struct addend){lanes_unpack(a), lanes_unpack(b),
                           lanes_select(minus, lanes_negated(t), t),
                           lanes_unpack(r + 3 * LANES_PACKED)};
}

/* A digit of each lane, without its sign, and the lanes where it is negative. */
struct digits {
    uint64_t size[LANES];
    lanes_mask minus;
};

/* The words of a number to which half of its base was added in every digit, so that digits less
 * that half are the signed ones; [word][lane]. */
struct scalars {
    uint64_t words[4][LANES];
};

LANES_INLINE struct digits digits_at(const struct scalars *s, unsigned bit, unsigned bits)
{
    struct digits d;
    d.minus = lanes_digits(s->words, bit, bits, d.size);
    return d;
}

LANES_TARGET static void add_key(struct point *r, const struct key_table *table,
                                 const struct scalars *k, unsigned bit, bool want_t)
{
    struct digits d = digits_at(k, bit, KEY_BITS);
    const uint64_t *from[LANES];
    lanes_vector words[LANES_WORDS_MAX];
    for (int lane = 0; lane < LANES; lane++)
        from[lane] = table->words[lane][d.size[lane]];
    lanes_take(from, KEY_WORDS, words);
    struct addend q = signed_addend(words, d.minus);
    point_add(r, &q, want_t);
}

LANES_TARGET static void add_base(struct point *r, const struct base_table *table,
                                  const struct scalars *s, unsigned bit)
{
    struct digits d = digits_at(s, bit, BASE_BITS);
    const uint64_t *from[LANES];
    lanes_vector words[LANES_WORDS_MAX];
    for (int lane = 0; lane < LANES; lane++)
        from[lane] = table->words[d.size[lane]];
    lanes_take(from, BASE_WORDS, words);
    for (int i = BASE_WORDS; i < KEY_WORDS; i++)
        words[i] = words[0];
    struct addend q = signed_addend(words, d.minus);
    point_add_affine(r, &q);
}

LANES_TARGET static void put_key_row(const struct addend *q, struct key_table *table, int entry)
{
    uint64_t *to[LANES];
    for (int lane = 0; lane < LANES; lane++)
        to[lane] = table->words[lane][entry];
    put_words(q, to, KEY_WORDS);
}

/* 0 to 16 times a point. */
LANES_TARGET static void make_key_table(const struct point *p, struct key_table *table)
{
    const struct addend one = addend_of(p);
    struct addend q = addend_of_neutral();
    struct point multiple = *p;
    put_key_row(&q, table, 0);
    put_key_row(&one, table, 1);
    for (int i = 2; i < KEY_ENTRIES; i++) {
        point_add(&multiple, &one, true);
        q = addend_of(&multiple);
        put_key_row(&q, table, i);
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
        lanes_mask in = (lanes_mask)(0xff << lane);
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
    put_words(&q, to, BASE_WORDS);
}

/* 1 to 128 times B, made affine, a row of as many as there are lanes; and before, 0 times B. */
LANES_TARGET static void make_base_table(struct base_table *table)
{
    struct point rows[BASE_ROWS], many;
    many.x = lanes_number(base_x);
    many.y = lanes_number(base_y);
    many.z = lanes_small(1);
    many.t = lanes_mul(many.x, many.y);
    rows[0] = count_up(&many);
    for (int lanes = 1; lanes < LANES; lanes *= 2)
        point_double_t(&many);
    const struct addend step = addend_of(&many);
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

/* 32 bytes of each lane as words; the uppermost bit is a sign. */
struct encodings {
    uint64_t words[4][LANES];
};

/* x from y: x^2 = u/v, with u = y^2 - 1 and v = d y^2 + 1; that is u v^3 (u v^7)^((p-5)/8), or as
 * many times the root of -1 (RFC 8032, 5.1.3). It is canonical, and 0 where there is none. */
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

static void put_words_of(const uint8_t bytes[32], struct encodings *out, int lane)
{
    for (int i = 0; i < 4; i++)
        memcpy(&out->words[i][lane], bytes + 8 * i, 8);
}

/* The points of the keys in some places, at most LANES; lanes without a place repeat the first. */
LANES_TARGET static void find_points(const struct sigjob *jobs, struct ed25519_point *points,
                                     const size_t *places, size_t n)
{
    struct encodings keys;
    uint64_t x[4][LANES];
    for (int lane = 0; lane < LANES; lane++)
        put_words_of(jobs[places[(size_t)lane < n ? lane : 0]].key, &keys, lane);
    lanes_words(find_x(lanes_of(keys.words), (lanes_mask)~lanes_top_bits(keys.words[3])), x);
    for (size_t lane = 0; lane < n; lane++)
        for (int i = 0; i < 4; i++)
            points[places[lane]].x[i] = x[i][lane];
}

/* The points of all keys that are not known. */
static void find_all_points(const struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    size_t places[LANES], count = 0;
    for (size_t i = 0; i < n; i++) {
        if (ed25519_point_is_known(&points[i]))
            continue;
        places[count++] = i;
        if (count == LANES) {
            find_points(jobs, points, places, count);
            count = 0;
        }
    }
    if (count)
        find_points(jobs, points, places, count);
}

/* -A of each lane; B where A is the encoding of no point, so that what follows is sound there, too,
 * and disturbs no other vector. */
LANES_TARGET static struct point negated_key(const struct encodings *a, const struct encodings *x,
                                             lanes_mask well)
{
    struct point p;
    p.x = lanes_select(well, lanes_of(x->words), lanes_number(base_x));
    p.y = lanes_select(well, lanes_of(a->words), lanes_number(base_y));
    p.z = lanes_small(1);
    p.t = lanes_mul(p.x, p.y);
    return p;
}

/* The lanes where the point whose Z has the inverse `over` is encoded as R. */
LANES_TARGET static lanes_mask are_encoded_as(const struct point *p, struct lanes over,
                                              const struct encodings *e)
{
    struct lanes x = lanes_canonical(lanes_mul(p->x, over));
    struct lanes y = lanes_canonical(lanes_mul(p->y, over)), r = lanes_of(e->words);
    return (lanes_mask)(lanes_are_equal(y, r) & ~(lanes_are_odd(x) ^ lanes_top_bits(e->words[3])));
}

/* --- Signatures ------------------------------------------------------------------------------- */

/* As many signatures as there are lanes, on the way. */
struct vector {
    struct point sum;
    struct encodings r;
    lanes_mask well; /* those for which nothing speaks so far */
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

/* S, R and A of one lane. Whether the rule lets them through; whatever they are, what follows is
 * sound. */
static bool take_job(const struct sigjob *job, int lane, struct scalars *s, struct encodings *r,
                     struct encodings *a)
{
    uint64_t words[4];
    memcpy(words, job->signature + 32, sizeof words);
    put_scalar(words, base_halves, s, lane);
    put_words_of(job->signature, r, lane);
    put_words_of(job->key, a, lane);
    return scalar_is_below_order(words) && ed25519_sound(job->key) && ed25519_sound(job->signature);
}

/* Some jobs, and the points of their keys; the lanes without one repeat the first. */
LANES_TARGET static void begin_vector(const struct sigjob *jobs, const struct ed25519_point *points,
                                      size_t n, const struct base_table *base, struct vector *e)
{
    const struct sigjob *of_lane[LANES];
    struct key_table table;
    struct scalars s, k;
    struct encodings a, x;
    unsigned well = 0, decoded = 0;
    for (int lane = 0; lane < LANES; lane++) {
        size_t i = (size_t)lane < n ? (size_t)lane : 0;
        of_lane[lane] = &jobs[i];
        well |= (unsigned)take_job(&jobs[i], lane, &s, &e->r, &a) << lane;
        decoded |= (unsigned)ed25519_point_is_known(&points[i]) << lane;
        for (int word = 0; word < 4; word++)
            x.words[word][lane] = points[i].x[word];
    }
    hash_all(of_lane, &k);
    e->well = (lanes_mask)(well & decoded);
    const struct point key = negated_key(&a, &x, (lanes_mask)decoded);
    make_key_table(&key, &table);
    multiply_both(&table, &k, base, &s, &e->sum);
}

/* The inverses of all Z by one: Montgomery's trick. No Z is 0, as all points are on the curve. */
LANES_TARGET static void end_group(struct vector *e, size_t n)
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

/* Once before the first check_all. */
static int make_tables(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, prepare) ? fault_trouble(f, "cannot make a table") : 0;
}

/* At most GROUP vectors. */
LANES_TARGET static void check_group(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    struct vector group[GROUP];
    size_t count = 0;
    find_all_points(jobs, points, n);
    for (size_t i = 0; i < n; i += LANES)
        begin_vector(jobs + i, points + i, n - i, base_table(), &group[count++]);
    end_group(group, count);
    for (size_t i = 0; i < n; i++) {
        jobs[i].valid = group[i / LANES].well >> i % LANES & 1;
        jobs[i].unknown = false;
    }
}

static void check_all(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    enum { MOST = GROUP * LANES };
    for (size_t i = 0; i < n; i += MOST) {
        struct ed25519_point own[MOST] = {0};
        check_group(jobs + i, points ? points + i : own, n - i < MOST ? n - i : MOST);
    }
}

/* --- For tests -------------------------------------------------------------------------------- */

LANES_TARGET static struct lanes answer(enum lanes_operation op, struct lanes a, struct lanes b)
{
    switch (op) {
    case LANES_ADD:
        return lanes_add(a, b);
    case LANES_SUB:
        return lanes_sub(a, b);
    case LANES_NEGATE:
        return lanes_carry(lanes_negated(a));
    case LANES_MUL:
        return lanes_mul(a, b);
    case LANES_SQUARE:
        return lanes_square(a);
    case LANES_INVERT:
        return inverted(a);
    case LANES_ROOT:
        return power_for_root(a);
    case LANES_CANONICAL:
    default:
        return lanes_canonical(a);
    }
}

LANES_TARGET static void calculate(enum lanes_operation op, const uint64_t *a, const uint64_t *b,
                                   uint64_t *out)
{
    struct lanes x, y;
    for (size_t i = 0; i < LIMBS; i++) {
        x.v[i] = lanes_load(a + i * LANES);
        y.v[i] = lanes_load(b + i * LANES);
    }
    x = answer(op, x, y);
    for (size_t i = 0; i < LIMBS; i++)
        lanes_store(out + i * LANES, x.v[i]);
}

static void hash(const struct sha512_text *texts, uint64_t *out)
{
    uint64_t words[8][LANES];
    sha512_lanes(texts, words);
    memcpy(out, words, sizeof words);
}

#endif
