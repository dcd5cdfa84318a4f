/*
 * Ed25519 signatures, LANES of them side by side: the body of a kernel. A kernel's file includes it
 * after one of the lanes_*.h, which has the arithmetic. No other file includes it: everything in it
 * is static.
 */
#ifndef CRYPTO_ED25519_LANES_H
#define CRYPTO_ED25519_LANES_H

#include "crypto/curve_lanes.h"
#include "crypto/ed25519.h"
#include "crypto/ed25519_parts.h"
#include "crypto/ed25519_scalar.h"
#include "crypto/sha512_lanes.h"

#include <pthread.h>
#include <string.h>

/*
 * For each signature, S*B - k*A is encoded and compared with R, as the rule says; k is the hash of
 * R, A and the message modulo L. Both products share one run of doublings. k is split into digits
 * of 5 bits from -16 to 15, with a table of 0 to 16 times -A made for each key; S into digits of 8
 * bits from -128 to 127, with a table of 0 to 128 times B made once. The formulas are complete:
 * they hold for all points of the curve, including those of small order.
 *
 * A key that has signed before has a second point, its far point: 2^130 times -A. The upper half of
 * k's digits then uses a table of that point, and the upper half of S's digits one of 2^128 times
 * B, so all four sums share a run of half as many doublings. The result is the same point, since
 * both halves together are the same integer.
 */
enum {
    KEY_BITS = 5,
    KEY_DIGITS = 51,
    KEY_FAR =
        130, /* doublings to a key's far point: a whole number of digits, about half of them */
    KEY_ENTRIES = (1 << (KEY_BITS - 1)) + 1,
    KEY_WORDS = 4 * LANES_PACKED,
    BASE_BITS = 8,
    BASE_ENTRIES = (1 << (BASE_BITS - 1)) + 1,
    BASE_ROWS = (BASE_ENTRIES - 1) / LANES,
    BASE_FAR = 128,
    BASE_WORDS = 3 * LANES_PACKED + 1, /* the last is not used */
    GROUP = 8,                         /* vectors of signatures that share one inversion */
};

/* --- Tables ----------------------------------------------------------------------------------- */

/* A table for each lane; the words of an entry are contiguous. */
struct key_table {
    uint64_t words[LANES][KEY_ENTRIES][KEY_WORDS];
};

struct base_table {
    uint64_t words[BASE_ENTRIES][BASE_WORDS];
};

/* The words of an addend, those of each lane contiguous. */
LANES_TARGET static void put_words(const struct addend *from, uint64_t *to[LANES], int words)
{
    lanes_vector r[KEY_WORDS];
    lanes_pack(from->sum, r);
    lanes_pack(from->difference, r + LANES_PACKED);
    lanes_pack(from->t, r + 2 * LANES_PACKED);
    lanes_pack(from->z, r + 3 * LANES_PACKED);
    lanes_put(r, words, to);
}

/* Negates the addend in the lanes that the mask selects: swaps sum and difference, and changes the
 * sign of T. */
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

/* A digit of each lane, without its sign, and a mask of the lanes where it is negative. */
struct digits {
    uint64_t size[LANES];
    lanes_mask minus;
};

/* The words of a number to every digit of which half of the base has been added; each digit minus
 * that half is the signed digit. [word][lane]. */
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
                                  const struct scalars *s, unsigned bit, bool want_t)
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
    point_add_affine(r, &q, want_t);
}

LANES_TARGET static void put_key_row(const struct addend *q, struct key_table *table, int entry)
{
    uint64_t *to[LANES];
    for (int lane = 0; lane < LANES; lane++)
        to[lane] = table->words[lane][entry];
    put_words(q, to, KEY_WORDS);
}

/* 0 to 16 times a point with Z = 1. */
LANES_TARGET static void make_key_table(const struct point *p, struct key_table *table)
{
    const struct addend one = addend_of(p);
    struct addend q = addend_of_neutral();
    struct point multiple = *p;
    put_key_row(&q, table, 0);
    put_key_row(&one, table, 1);
    for (int i = 2; i < KEY_ENTRIES; i++) {
        point_add_affine(&multiple, &one, true);
        q = addend_of(&multiple);
        put_key_row(&q, table, i);
    }
}

/* Makes rows of points affine, with a single inversion for all their Z (Montgomery's trick). */
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

/* In lane l, l + 1 times the point that all lanes of p hold. */
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

LANES_TARGET static struct point base_point(void)
{
    struct point b = {lanes_number(base_x), lanes_number(base_y), lanes_small(1), lanes_small(0)};
    b.t = lanes_mul(b.x, b.y);
    return b;
}

/* 0 to 128 times 2^doublings times B, made affine: the first entry alone, then rows of LANES
 * entries. */
LANES_TARGET static void make_base_table(struct base_table *table, int doublings)
{
    struct point rows[BASE_ROWS], many = base_point();
    if (doublings) {
        point_double(&many, doublings - 1);
        point_double_t(&many);
    }
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

static struct base_table *base_tables(void)
{
    static struct base_table tables[2]; /* of B and of its far point */
    return tables;
}

static void prepare(void)
{
    make_base_table(&base_tables()[0], 0);
}

static void prepare_far(void)
{
    make_base_table(&base_tables()[1], BASE_FAR);
}

/* Once, before the first check_all. */
static int make_tables(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, prepare) ? fault_trouble(f, "cannot make a table") : 0;
}

/* Whether the second table exists; a program that checks few signatures never makes it. */
static bool has_far_table(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, prepare_far) == 0;
}

/* --- Encodings -------------------------------------------------------------------------------- */

/* 32 bytes of each lane as words; the top bit is a sign. */
struct encodings {
    uint64_t words[4][LANES];
};

static void put_words_of(const uint8_t bytes[32], struct encodings *out, int lane)
{
    for (int i = 0; i < 4; i++)
        memcpy(&out->words[i][lane], bytes + 8 * i, 8);
}

static void put_limbs_of(const uint64_t words[4], struct encodings *out, int lane)
{
    for (int i = 0; i < 4; i++)
        out->words[i][lane] = words[i];
}

/* The points of the keys in at most LANES places; lanes without a place repeat the first. */
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

/* Finds the points of all keys that are not known; one that is known is used again. */
static void find_all_points(const struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    size_t places[LANES], count = 0;
    for (size_t i = 0; i < n; i++) {
        if (ed25519_point_is_known(&points[i])) {
            points[i].again = true;
            continue;
        }
        places[count++] = i;
        if (count == LANES) {
            find_points(jobs, points, places, count);
            count = 0;
        }
    }
    if (count)
        find_points(jobs, points, places, count);
}

/* A point for each lane. A lane without a valid one gets B, so what follows is well defined there
 * and disturbs no other vector. */
LANES_TARGET static struct point affine_point(const struct encodings *x, const struct encodings *y,
                                              lanes_mask well)
{
    struct point p;
    p.x = lanes_select(well, lanes_of(x->words), lanes_number(base_x));
    p.y = lanes_select(well, lanes_of(y->words), lanes_number(base_y));
    p.z = lanes_small(1);
    p.t = lanes_mul(p.x, p.y);
    return p;
}

/* The far points of the keys in LANES places, not yet affine. */
LANES_TARGET static struct point far_of(const struct sigjob *jobs,
                                        const struct ed25519_point *points, const size_t *places)
{
    struct encodings x, y;
    for (int lane = 0; lane < LANES; lane++) {
        put_words_of(jobs[places[lane]].key, &y, lane);
        put_limbs_of(points[places[lane]].x, &x, lane);
    }
    struct point p = affine_point(&x, &y, (lanes_mask)~0);
    point_double(&p, KEY_FAR);
    return p;
}

LANES_TARGET static void put_far(const struct point *far, struct ed25519_point *points,
                                 const size_t *places)
{
    uint64_t x[4][LANES], y[4][LANES];
    lanes_words(lanes_canonical(far->x), x);
    lanes_words(lanes_canonical(far->y), y);
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++) {
            points[places[lane]].far_x[i] = x[i][lane];
            points[places[lane]].far_y[i] = y[i][lane];
        }
}

/* Computes the far points of keys that are used again. One costs a third of a signature and saves a
 * quarter of each later one, if there is any; so only full vectors of them are made. */
LANES_TARGET static void find_far_points(const struct sigjob *jobs, struct ed25519_point *points,
                                         size_t n)
{
    struct point far[GROUP];
    size_t places[GROUP * LANES], count = 0, vectors;
    for (size_t i = 0; i < n; i++)
        if (points[i].again && ed25519_point_is_known(&points[i]) &&
            !ed25519_point_has_far(&points[i]))
            places[count++] = i;
    vectors = count / LANES;
    if (!vectors || !has_far_table())
        return;
    for (size_t i = 0; i < vectors; i++)
        far[i] = far_of(jobs, points, places + i * LANES);
    make_affine(far, (int)vectors);
    for (size_t i = 0; i < vectors; i++)
        put_far(&far[i], points, places + i * LANES);
}

/* The lanes where the point, whose Z has the inverse `over`, is encoded as R. */
LANES_TARGET static lanes_mask are_encoded_as(const struct point *p, struct lanes over,
                                              const struct encodings *e)
{
    struct lanes x = lanes_canonical(lanes_mul(p->x, over));
    struct lanes y = lanes_canonical(lanes_mul(p->y, over)), r = lanes_of(e->words);
    return (lanes_mask)(lanes_are_equal(y, r) & ~(lanes_are_odd(x) ^ lanes_top_bits(e->words[3])));
}

/* --- Signatures ------------------------------------------------------------------------------- */

/* A vector of signatures being checked. */
struct vector {
    struct point sum;
    struct encodings r;
    lanes_mask well; /* lanes that no check has rejected so far */
    const size_t *places;
    size_t count;
};

/* What the two scalars of a vector are multiplied by. */
struct factors {
    struct key_table key[2]; /* -A, and its far point */
    const struct base_table *base;
    bool far; /* otherwise only the first of each is present */
};

/* Adds what the digits at this bit stand for and, if there are far points, those half a number
 * above it. T must be right before, and is not kept right. */
LANES_TARGET static void add_digits(struct point *r, const struct factors *x,
                                    const struct scalars *k, const struct scalars *s, unsigned bit)
{
    bool with_base = bit % BASE_BITS == 0;
    bool far_key = x->far && bit + KEY_FAR < KEY_DIGITS * KEY_BITS;
    if (bit % KEY_BITS == 0) {
        add_key(r, &x->key[0], k, bit, far_key || with_base);
        if (far_key)
            add_key(r, &x->key[1], k, bit + KEY_FAR, with_base);
    }
    if (with_base) {
        add_base(r, &x->base[0], s, bit, x->far);
        if (x->far)
            add_base(r, &x->base[1], s, bit + BASE_FAR, false);
    }
}

/* The sum of both products. */
LANES_TARGET static void multiply_both(const struct factors *x, const struct scalars *k,
                                       const struct scalars *s, struct point *r)
{
    int first = (x->far ? KEY_FAR : KEY_DIGITS * KEY_BITS) - KEY_BITS, since = 0;
    *r = neutral();
    for (int bit = first; bit >= 0; bit--) {
        if (bit < first)
            since++;
        if (bit % KEY_BITS && bit % BASE_BITS)
            continue;
        if (since) {
            point_double(r, since - 1);
            point_double_t(r);
        }
        since = 0;
        add_digits(r, x, k, s, (unsigned)bit);
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

/* Loads S, R and A of one lane. Returns whether the rule lets them through; if not, the lane still
 * holds numbers that are safe to compute with. */
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

/* The tables of the keys' points; a vector uses far points if all its places have them. */
LANES_TARGET static void take_points(const struct ed25519_point *points, const struct vector *e,
                                     const struct encodings *key, lanes_mask well,
                                     struct factors *out)
{
    struct encodings x, far_x, far_y;
    for (int lane = 0; lane < LANES; lane++) {
        const struct ed25519_point *p = &points[e->places[(size_t)lane < e->count ? lane : 0]];
        put_limbs_of(p->x, &x, lane);
        put_limbs_of(p->far_x, &far_x, lane);
        put_limbs_of(p->far_y, &far_y, lane);
    }
    const struct point near = affine_point(&x, key, well);
    make_key_table(&near, &out->key[0]);
    if (out->far) {
        const struct point far = affine_point(&far_x, &far_y, (lanes_mask)~0);
        make_key_table(&far, &out->key[1]);
    }
}

/* Loads the jobs in the vector's places; lanes without one repeat the first. */
LANES_TARGET static void begin_vector(const struct sigjob *jobs, const struct ed25519_point *points,
                                      bool far, struct vector *e)
{
    const struct sigjob *of_lane[LANES];
    struct factors x;
    struct scalars s, k;
    struct encodings a;
    unsigned well = 0, decoded = 0;
    for (int lane = 0; lane < LANES; lane++) {
        size_t i = e->places[(size_t)lane < e->count ? lane : 0];
        of_lane[lane] = &jobs[i];
        well |= (unsigned)take_job(&jobs[i], lane, &s, &e->r, &a) << lane;
        decoded |= (unsigned)ed25519_point_is_known(&points[i]) << lane;
    }
    hash_all(of_lane, &k);
    e->well = (lanes_mask)(well & decoded);
    x.base = base_tables();
    x.far = far;
    take_points(points, e, &a, (lanes_mask)decoded, &x);
    multiply_both(&x, &k, &s, &e->sum);
}

/* The inverses of all Z by one inversion: Montgomery's trick. No Z is 0, since all points are on
 * the curve. */
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

/* Orders the places of n jobs, those whose keys have far points first. Gives the number of full
 * vectors of these. */
static size_t order(const struct ed25519_point *points, size_t n, size_t *places)
{
    size_t far = 0, near = n;
    for (size_t i = 0; i < n; i++)
        if (ed25519_point_has_far(&points[i]))
            places[far++] = i;
        else
            places[--near] = i;
    return far / LANES;
}

/* Checks at most GROUP vectors. */
LANES_TARGET static void check_group(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    struct vector group[GROUP];
    size_t places[GROUP * LANES], count = 0;
    find_all_points(jobs, points, n);
    find_far_points(jobs, points, n);
    size_t far = order(points, n, places);
    for (size_t i = 0; i < n; i += LANES, count++) {
        group[count].places = places + i;
        group[count].count = n - i < LANES ? n - i : LANES;
        begin_vector(jobs, points, count < far, &group[count]);
    }
    end_group(group, count);
    for (size_t i = 0; i < n; i++) {
        jobs[places[i]].valid = group[i / LANES].well >> i % LANES & 1;
        jobs[places[i]].unknown = false;
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
