/*
 * Holds the kernels that check signatures against each other and against others.
 *
 *     sigkerneltest names                   the kernels, and whether this processor has them
 *     sigkerneltest parts                   their arithmetic and hash against libcrypto's
 *     sigkerneltest lanes                   every place in batches of 1 to 17, and of 64 and more
 *     sigkerneltest ask                     stdin has KEY MESSAGE SIGNATURE a line, in hex, `-` for
 *                                           an empty message; prints yes or no, as all kernels say
 *     sigkerneltest compare COUNT PORTION   so many questions, of which libsodium gets all, and the
 *                                           portable kernel one in PORTION; on all processors
 *
 * Prints what differs, with status 1; compare also prints how many of each kind it asked and
 * accepted.
 */
#include "base/hex.h"
#include "base/processor.h"
#include "crypto/ed25519_avx2.h"
#include "crypto/ed25519_ifma.h"
#include "crypto/ed25519_scalar.h"
#include "crypto/secret_key.h"
#include "random.h"
#include "smallorder.h"

#include <err.h>
#include <openssl/bn.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

enum { KEYS = 16, MESSAGE_MAX = 1200 };

struct question {
    uint8_t key[32], signature[64], message[MESSAGE_MAX];
    size_t len;
    bool holds;
};

/* The group order, little-endian. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

static uint64_t below(uint64_t *seed, uint64_t n)
{
    return chance_next(seed) % n;
}

static void must(bool truth, const char *what)
{
    if (!truth)
        errx(1, "%s", what);
}

static struct secret_key *keys(void)
{
    static struct secret_key keys[KEYS];
    return keys;
}

static void make_keys(void)
{
    struct fault f;
    for (int i = 0; i < KEYS; i++)
        if (secret_key_from_text(&keys()[i], (const char[]){(char)('a' + i)}, 1, &f))
            errx(2, "%s", f.text);
}

static void wipe_keys(void)
{
    for (int i = 0; i < KEYS; i++)
        secret_key_wipe(&keys()[i]);
}

static void load_kernels(void)
{
    struct fault f;
    for (const struct ed25519_kernel *k = ed25519_kernels; k->name; k++)
        if (processor_has(k->needs) && k->load(&f))
            errx(2, "%s: %s", k->name, f.text);
}

static void names(void)
{
    for (const struct ed25519_kernel *k = ed25519_kernels; k->name; k++)
        printf("%s %s\n", k->name, processor_has(k->needs) ? "usable" : "not here");
}

/* --- Answers ---------------------------------------------------------------------------------- */

static struct sigjob job_of(const struct question *q)
{
    return (struct sigjob){.key = q->key,
                           .signature = q->signature,
                           .message = q->message,
                           .len = q->len,
                           .valid = !q->holds,
                           .unknown = true};
}

static void say_question(const char *who, const struct question *q)
{
    warnx("%s says %s: key %s R %s S %s, %zu bytes", who, q->holds ? "no" : "yes",
          hex32(q->key).text, hex32(q->signature).text, hex32(q->signature + 32).text, q->len);
    for (size_t i = 0; i < q->len; i++)
        fprintf(stderr, "%02x%s", q->message[i], i + 1 < q->len ? "" : "\n");
    exit(1);
}

static void ask_kernel(const struct ed25519_kernel *k, struct ed25519_point *points,
                       const struct question *q, size_t n)
{
    struct sigjob jobs[160];
    for (size_t i = 0; i < n; i++)
        jobs[i] = job_of(&q[i]);
    k->check(jobs, points, n);
    for (size_t i = 0; i < n; i++)
        if (jobs[i].valid != q[i].holds || jobs[i].unknown)
            say_question(k->name, &q[i]);
}

/* Keys that were known, or are used again, get far points, as far as they fill vectors of a group;
 * that of a small order cannot be told from none. */
static void check_far(const struct ed25519_kernel *k, const struct question *q,
                      const struct ed25519_point *points, size_t n)
{
    size_t known = 0, far = 0;
    for (size_t i = 0; i < n && i < k->most; i++) {
        if (!ed25519_sound(q[i].key))
            return;
        known += ed25519_point_is_known(&points[i]);
        far += ed25519_point_has_far(&points[i]);
    }
    must(!k->uses_points || far == known / k->lanes * k->lanes, "a far point is not filled in");
}

/* It finds out about the keys; about those that it is told of again, or that are used again, their
 * far points; and is told of some, or of all, what it found out before. */
static void run_kernel(const struct ed25519_kernel *k, const struct question *q, size_t n)
{
    struct ed25519_point points[160] = {0};
    if (n % 3) {
        ask_kernel(k, NULL, q, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        points[i].again = n % 2 == 0;
    ask_kernel(k, points, q, n);
    if (n % 2 == 0)
        check_far(k, q, points, n);
    for (size_t i = 0; i < n; i++) {
        must(!q[i].holds || !k->uses_points || ed25519_point_is_known(&points[i]),
             "a key is not filled in");
        if (n % 2 && q[i].key[1] % 2)
            points[i] = (struct ed25519_point){.x = {0}};
    }
    ask_kernel(k, points, q, n);
    if (n % 2 == 0)
        check_far(k, q, points, n);
    for (size_t i = 0; i < n; i++)
        if (n % 4 == 0 && q[i].key[2] % 4 == 0)
            points[i] = (struct ed25519_point){.x = {0}};
    ask_kernel(k, points, q, n);
}

/* All kernels that can run here, except the portable one: they are asked all at once, and, as a
 * kernel may have another way for a single one, some by themselves. */
static void run_kernels(const struct question *q, size_t n)
{
    for (const struct ed25519_kernel *k = ed25519_kernels; k[1].name; k++) {
        if (!processor_has(k->needs))
            continue;
        run_kernel(k, q, n);
        for (size_t i = 0; i < n; i += 3)
            ask_kernel(k, NULL, &q[i], 1);
    }
}

static const struct ed25519_kernel *portable(void)
{
    const struct ed25519_kernel *k = ed25519_kernels;
    while (k[1].name)
        k++;
    return k;
}

static void ask_portable(struct question *q)
{
    struct sigjob job = job_of(q);
    portable()->check(&job, NULL, 1);
    must(!job.unknown, "no memory");
    q->holds = job.valid;
}

/* The reference: libsodium, or, if it is missing, the portable kernel. */
static void ask_oracle(struct question *q)
{
#ifdef HAVE_SODIUM
    q->holds = crypto_sign_verify_detached(q->signature, q->message, q->len, q->key) == 0;
#else
    ask_portable(q);
#endif
}

/* --- Places in a batch ------------------------------------------------------------------------ */

static void sign(struct question *q, uint64_t *seed)
{
    struct fault f;
    const struct secret_key *k = &keys()[below(seed, KEYS)];
    q->len = below(seed, 4) ? below(seed, 300) : below(seed, MESSAGE_MAX);
    fill(q->message, q->len, seed);
    memcpy(q->key, k->public, 32);
    if (secret_key_sign(k, q->message, q->len, q->signature, &f))
        errx(2, "%s", f.text);
    q->holds = true;
}

/* A question signed here: usually one of the last few, because signing is slow. */
static void honest(struct question *q, uint64_t *seed)
{
    enum { LAST = 64 };
    static struct question last[LAST];
    struct question *one = &last[below(seed, LAST)];
    if (!one->holds || below(seed, 6) == 0)
        sign(one, seed);
    *q = *one;
}

/* Every kernel gets n of these with just one that is forged, or just one that is not, at every
 * place. */
static void every_place(struct question *q, size_t n)
{
    for (size_t at = 0; at < n; at++)
        for (int forge = 0; forge < 2; forge++) {
            for (size_t i = 0; i < n; i++) {
                q[i].holds = (i == at) != forge;
                q[i].signature[40] ^= !q[i].holds;
            }
            run_kernels(q, n);
            run_kernel(portable(), q + at, 1);
            for (size_t i = 0; i < n; i++)
                q[i].signature[40] ^= !q[i].holds;
        }
}

static void lanes(void)
{
    static const size_t large[] = {63, 64, 65, 71, 72, 73, 128, 129, 150};
    static struct question q[160];
    uint64_t seed = 5;
    for (size_t i = 0; i < 160; i++)
        honest(&q[i], &seed);
    for (size_t n = 1; n <= 17; n++)
        every_place(q, n);
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        for (size_t j = 0; j < large[i]; j++) {
            q[j].holds = below(&seed, 2);
            q[j].message[0] ^= !q[j].holds;
            q[j].len += !q[j].len;
            ask_portable(&q[j]);
        }
        run_kernels(q, large[i]);
    }
    run_kernels(q, 0);
}

/* --- What is asked ---------------------------------------------------------------------------- */

/* s + times * L, as far as 256 bits go. */
static void add_order(uint8_t s[32], unsigned times)
{
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
        carry += s[i] + times * order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* Adds -9 to 9. */
static void nudge(uint8_t s[32], uint64_t *seed)
{
    int carry = (int)below(seed, 19) - 9;
    for (int i = 0; i < 32; i++) {
        carry += s[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void flip(uint8_t *bytes, size_t n, uint64_t *seed)
{
    size_t bit = below(seed, n * 8);
    bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* Runs of this many bits that are all zeros, all ones, or random. */
static void runs(uint8_t out[32], int width, uint64_t *seed)
{
    uint64_t kind = 0;
    fill(out, 32, seed);
    for (int bit = 0; bit < 256; bit++) {
        if (bit % width == 0)
            kind = below(seed, 5);
        if (kind < 2)
            out[bit / 8] &= (uint8_t) ~(1 << bit % 8);
        else if (kind < 4)
            out[bit / 8] |= (uint8_t)(1 << bit % 8);
    }
}

/* A point of small order, or next to it; one near p; one of runs, limbs of 51 bits mostly; or any.
 */
static void special_point(uint8_t out[32], uint64_t *seed)
{
    uint64_t kind = below(seed, 5);
    if (kind == 0) {
        hex_decode(out, small_order_y[below(seed, 5)], 32);
        if (below(seed, 4) == 0)
            nudge(out, seed);
    } else if (kind == 1) {
        hex_decode(out, small_order_y[1], 32); /* p - 1 */
        nudge(out, seed);
        nudge(out, seed);
    } else if (kind < 4) {
        runs(out, below(seed, 3) ? 51 : 64, seed);
    } else {
        fill(out, 32, seed);
    }
    out[31] ^= (uint8_t)(below(seed, 2) << 7);
}

/* Near a multiple of L, of runs, or any. */
static void special_scalar(uint8_t out[32], uint64_t *seed)
{
    uint64_t kind = below(seed, 3);
    memset(out, 0, 32);
    if (kind == 0) {
        add_order(out, (unsigned)below(seed, 16));
        nudge(out, seed);
    } else if (kind == 1) {
        runs(out, below(seed, 2) ? 51 : 64, seed);
    } else {
        fill(out, 32, seed);
    }
    if (below(seed, 2))
        out[31] &= 0x0f;
}

static void one_bit(struct question *q, uint64_t *seed)
{
    honest(q, seed);
    uint64_t where = below(seed, 4);
    if (where == 0 && q->len)
        flip(q->message, q->len, seed);
    else if (where == 1)
        flip(q->key, 32, seed);
    else
        flip(q->signature, 64, seed);
}

/* An honest one with one part replaced. */
static void replaced(struct question *q, uint64_t *seed)
{
    honest(q, seed);
    uint64_t what = below(seed, 4);
    if (what == 0)
        special_point(q->key, seed);
    else if (what == 1)
        special_point(q->signature, seed);
    else if (what == 2)
        special_scalar(q->signature + 32, seed);
    else
        add_order(q->signature + 32, (unsigned)below(seed, 16));
}

static void special(struct question *q, uint64_t *seed)
{
    q->len = below(seed, MESSAGE_MAX);
    fill(q->message, q->len, seed);
    special_point(q->key, seed);
    special_point(q->signature, seed);
    special_scalar(q->signature + 32, seed);
}

static void random_bytes(struct question *q, uint64_t *seed)
{
    q->len = below(seed, MESSAGE_MAX);
    fill(q->message, q->len, seed);
    fill(q->key, 32, seed);
    fill(q->signature, 64, seed);
    q->signature[63] &= 0x0f;
}

#ifdef HAVE_SODIUM
/* A point of the group of order L with, mostly, one of small order added; and its scalar. */
static bool mixed_point(uint8_t point[32], uint8_t scalar[32], uint64_t *seed)
{
    uint8_t wide[64], torsion[32];
    fill(wide, sizeof wide, seed);
    crypto_core_ed25519_scalar_reduce(scalar, wide);
    if (crypto_scalarmult_ed25519_base_noclamp(point, scalar))
        return false;
    if (below(seed, 8) == 0) {
        memset(scalar, 0, 32);
        hex_decode(point, small_order_y[0], 32);
    }
    hex_decode(torsion, small_order_y[below(seed, 5)], 32);
    torsion[31] ^= (uint8_t)(below(seed, 2) << 7);
    return below(seed, 8) == 0 || crypto_core_ed25519_add(point, point, torsion) == 0;
}

/* S = r + k a, with k the hash of what the question has. */
static void answer(struct question *q, const uint8_t r[32], const uint8_t a[32])
{
    uint8_t wide[64], k[32];
    crypto_hash_sha512_state hash;
    crypto_hash_sha512_init(&hash);
    crypto_hash_sha512_update(&hash, q->signature, 32);
    crypto_hash_sha512_update(&hash, q->key, 32);
    crypto_hash_sha512_update(&hash, q->message, q->len);
    crypto_hash_sha512_final(&hash, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
    crypto_core_ed25519_scalar_mul(k, k, a);
    crypto_core_ed25519_scalar_add(q->signature + 32, r, k);
}

/* Holds without the cofactor where the parts of small order meet, in about one of eight. */
static void mixed(struct question *q, uint64_t *seed)
{
    uint8_t a[32], r[32];
    q->len = below(seed, 32);
    fill(q->message, q->len, seed);
    if (mixed_point(q->key, a, seed) && mixed_point(q->signature, r, seed))
        answer(q, r, a);
}

/* The resulting point encodes to R except for one bit. */
static void near_miss(struct question *q, uint64_t *seed)
{
    uint8_t r[32] = {0}, a[32] = {0};
    fill(a, 31, seed);
    fill(r, 31, seed);
    crypto_scalarmult_ed25519_base_noclamp(q->key, a);
    crypto_scalarmult_ed25519_base_noclamp(q->signature, r);
    if (below(seed, 4))
        flip(q->signature, 32, seed);
    else
        q->signature[31] ^= 0x80;
    answer(q, r, a);
}

/* The key is no point in half of all cases, and S is that of B or its negative in its place. */
static void ghost(struct question *q, uint64_t *seed)
{
    uint8_t r[32] = {0}, a[32] = {1};
    fill(r, 31, seed);
    if (below(seed, 2))
        crypto_core_ed25519_scalar_negate(a, a);
    fill(q->key, 32, seed);
    crypto_scalarmult_ed25519_base_noclamp(q->signature, r);
    answer(q, r, a);
}
#else
static void mixed(struct question *q, uint64_t *seed)
{
    special(q, seed);
}
static void near_miss(struct question *q, uint64_t *seed)
{
    special(q, seed);
}
static void ghost(struct question *q, uint64_t *seed)
{
    special(q, seed);
}
#endif

/* --- Comparing -------------------------------------------------------------------------------- */

enum { KINDS = 8, BATCH = 96 };

static const struct kind {
    const char *name;
    void (*make)(struct question *q, uint64_t *seed);
} kinds[KINDS] = {
    {"honest", honest}, {"one bit", one_bit},     {"replaced", replaced},   {"special", special},
    {"mixed", mixed},   {"random", random_bytes}, {"near miss", near_miss}, {"ghost", ghost},
};

struct tally {
    unsigned long asked[KINDS], accepted[KINDS];
};

/* Questions of all kinds, in random order. */
static void make_questions(struct question *q, struct tally *t, uint64_t *seed)
{
    for (int i = 0; i < BATCH; i++) {
        size_t kind = below(seed, 10);
        kind = kind < KINDS ? kind : kind == 8 ? 1 : 2;
        q[i] = (struct question){0};
        kinds[kind].make(&q[i], seed);
        ask_oracle(&q[i]);
        t->asked[kind]++;
        t->accepted[kind] += q[i].holds;
    }
}

static void compare_some(unsigned long count, unsigned portion, uint64_t seed, struct tally *t)
{
    static struct question q[BATCH];
    for (unsigned long done = 0; done < count; done += BATCH) {
        make_questions(q, t, &seed);
        for (size_t i = 0, n; i < BATCH; i += n) {
            n = 1 + below(&seed, below(&seed, 4) ? 17 : BATCH);
            n = n < BATCH - i ? n : BATCH - i;
            run_kernels(q + i, n);
        }
        for (int i = 0; i < BATCH; i++)
            if (below(&seed, portion) == 0)
                run_kernel(portable(), &q[i], 1);
    }
}

static void start(unsigned long count, unsigned portion, int self, struct tally *t)
{
    pid_t pid = fork();
    if (pid < 0)
        err(2, "fork");
    if (pid)
        return;
    compare_some(count, portion, 1000 + (uint64_t)self, t);
    wipe_keys();
    exit(0);
}

static int tell(const struct tally *t, int processes)
{
    unsigned long sum = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        unsigned long asked = 0, accepted = 0;
        for (int i = 0; i < processes; i++) {
            asked += t[i].asked[kind];
            accepted += t[i].accepted[kind];
        }
        printf("%s: %lu asked, %lu accepted\n", kinds[kind].name, asked, accepted);
        sum += asked;
        must(kind || accepted == asked, "an honest signature is refused");
    }
    printf("%lu signatures\n", sum);
    return 0;
}

static int compare(unsigned long count, unsigned portion)
{
    int processes = (int)sysconf(_SC_NPROCESSORS_ONLN), bad = 0;
    size_t size = (size_t)processes * sizeof(struct tally);
    struct tally *t = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED)
        err(2, "mmap");
#ifdef HAVE_SODIUM
    if (sodium_init() < 0)
        errx(2, "libsodium does not start");
#endif
    for (int i = 0; i < processes; i++)
        start(count / (unsigned long)processes + 1, portion, i, &t[i]);
    for (int i = 0, status; i < processes; i++)
        bad |= wait(&status) < 0 || status;
    return bad ? 1 : tell(t, processes);
}

/* --- What others ask -------------------------------------------------------------------------- */

static void read_hex(const char *word, uint8_t *out, size_t n)
{
    if (strlen(word) != 2 * n || hex_decode(out, word, n))
        errx(2, "not %zu bytes in hex: %s", n, word);
}

/* A signature that is not 64 bytes long is invalid, and no kernel is called. */
static void ask_line(char *line)
{
    struct question q = {0};
    char *key = strtok(line, " \n"), *message = strtok(NULL, " \n"), *mark = strtok(NULL, " \n");
    if (!mark || strlen(message) > 2 * sizeof q.message)
        errx(2, "not KEY MESSAGE SIGNATURE");
    read_hex(key, q.key, 32);
    q.len = strcmp(message, "-") ? strlen(message) / 2 : 0;
    if (q.len)
        read_hex(message, q.message, q.len);
    if (strlen(mark) == 128) {
        read_hex(mark, q.signature, 64);
        ask_portable(&q);
        struct question all[8] = {q, q, q, q, q, q, q, q};
        run_kernels(all, 1);
        run_kernels(all, 8);
    }
    puts(q.holds ? "yes" : "no");
}

static void ask(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0)
        ask_line(line);
    free(line);
}

/* --- Parts ------------------------------------------------------------------------------------ */

struct numbers {
    BN_CTX *ctx;
    BIGNUM *p, *l, *a, *b, *r, *t;
};

static void numbers_new(struct numbers *n)
{
    n->ctx = BN_CTX_new();
    BIGNUM **all[] = {&n->p, &n->l, &n->a, &n->b, &n->r, &n->t};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        must((*all[i] = BN_new()) != NULL, "no memory");
    BN_set_bit(n->p, 255);
    BN_sub_word(n->p, 19);
    BN_lebin2bn(order, sizeof order, n->l);
}

static void numbers_free(struct numbers *n)
{
    BIGNUM *all[] = {n->p, n->l, n->a, n->b, n->r, n->t};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        BN_free(all[i]);
    BN_CTX_free(n->ctx);
}

/* 512 bits of zeros, of ones, near a multiple of L, or any. */
static void wide_number(uint8_t out[64], uint64_t kind, const struct numbers *n, uint64_t *seed)
{
    fill(out, 64, seed);
    if (kind == 0)
        memset(out, below(seed, 2) ? 0xff : 0, 64);
    if (kind == 1) {
        runs(out, 64, seed);
        runs(out + 32, 64, seed);
    }
    if (kind == 2) {
        BN_lebin2bn(out + 32, 32, n->a);
        BN_mul(n->b, n->a, n->l, n->ctx);
        uint64_t by = below(seed, 3);
        if (by && !BN_is_zero(n->b))
            (by == 1 ? BN_add_word : BN_sub_word)(n->b, below(seed, 3));
        BN_bn2lebinpad(n->b, out, 64);
    }
}

static void reductions(const struct numbers *n)
{
    uint64_t seed = 6, words[8], rest[4];
    uint8_t wide[64], want[32];
    for (int i = 0; i < 20000; i++) {
        wide_number(wide, (uint64_t)i % 4, n, &seed);
        BN_lebin2bn(wide, 64, n->a);
        BN_mod(n->r, n->a, n->l, n->ctx);
        BN_bn2lebinpad(n->r, want, 32);
        memcpy(words, wide, sizeof words);
        scalar_reduce(words, rest);
        must(memcmp(rest, want, 32) == 0, "a number is reduced to another one");
        BN_lebin2bn(wide, 32, n->a);
        must(scalar_is_below_order(words) == (BN_cmp(n->a, n->l) < 0), "L is not where it was");
    }
}

#ifdef ED25519_IFMA

enum { NUMBER_MAX = 64 }; /* limbs of all lanes */

/* A limb at the limits for this many bits; `most` is the highest value. */
static uint64_t limb(int bits, uint64_t most, uint64_t *seed)
{
    const uint64_t all = 1ULL << bits;
    const uint64_t special[] = {0, 1, all - 20, all - 19, all - 1, all, most - 1, most};
    uint64_t kind = below(seed, 12);
    return kind < 8 ? special[kind] : chance_next(seed) % (most + 1);
}

static int bit_of(const struct ed25519_parts *p, int i)
{
    return (i * p->half_bits + 1) / 2;
}

/* The first ones have one limb apart from all others, at its limits. */
static void limbs(const struct ed25519_parts *p, const uint64_t most[2], int run, uint64_t *out,
                  uint64_t *seed)
{
    for (int i = 0; i < p->limbs; i++)
        for (int lane = 0; lane < p->lanes; lane++) {
            int bits = bit_of(p, i + 1) - bit_of(p, i);
            uint64_t others = run & 1 ? most[i % 2] : 0;
            out[i * p->lanes + lane] = run < 100 && i != (run / 2 + lane) % p->limbs
                                           ? others
                                           : limb(bits, most[i % 2], seed);
        }
}

static void number_of(const struct ed25519_parts *p, const uint64_t *limbs, int lane, BIGNUM *out)
{
    uint8_t bytes[8];
    BIGNUM *one = BN_new();
    must(one != NULL, "no memory");
    BN_zero(out);
    for (int i = 0; i < p->limbs; i++) {
        memcpy(bytes, &limbs[i * p->lanes + lane], 8);
        BN_lebin2bn(bytes, 8, one);
        BN_lshift(one, one, bit_of(p, i));
        BN_add(out, out, one);
    }
    BN_free(one);
}

/* BIGNUM's answer to the same question about n->a and n->b. */
static void right_answer(enum lanes_operation op, const struct numbers *n)
{
    BIGNUM *const a = n->a, *const p = n->p;
    if (op == LANES_ADD)
        BN_mod_add(n->r, a, n->b, p, n->ctx);
    else if (op == LANES_SUB)
        BN_mod_sub(n->r, a, n->b, p, n->ctx);
    else if (op == LANES_MUL)
        BN_mod_mul(n->r, a, n->b, p, n->ctx);
    else if (op == LANES_SQUARE)
        BN_mod_mul(n->r, a, a, p, n->ctx);
    else
        BN_nnmod(n->r, a, p, n->ctx);
    if (op == LANES_NEGATE && !BN_is_zero(n->r))
        BN_sub(n->r, p, n->r);
    if (op == LANES_INVERT || op == LANES_ROOT) {
        BN_copy(n->t, p);
        BN_sub_word(n->t, op == LANES_INVERT ? 2 : 5);
        BN_rshift(n->t, n->t, op == LANES_INVERT ? 0 : 3);
        BN_mod_exp(n->r, a, n->t, p, n->ctx);
    }
}

static void check_answer(const struct ed25519_parts *p, enum lanes_operation op,
                         const uint64_t *out, int lane, const struct numbers *n)
{
    right_answer(op, n);
    number_of(p, out, lane, n->t);
    if (op != LANES_CANONICAL)
        BN_nnmod(n->t, n->t, n->p, n->ctx);
    if (BN_cmp(n->t, n->r) != 0)
        errx(1, "operation %d, lane %d of %d: another number", (int)op, lane, p->lanes);
    for (int i = 0; i < p->limbs; i++)
        must(out[i * p->lanes + lane] <= p->carried[i % 2], "a limb is too large");
    for (int i = 0; op == LANES_CANONICAL && i < p->limbs; i++)
        must(out[i * p->lanes + lane] >> (bit_of(p, i + 1) - bit_of(p, i)) == 0,
             "a limb is not canonical");
}

static void arithmetic(const struct ed25519_parts *p, const struct numbers *n)
{
    uint64_t seed = 7, a[NUMBER_MAX], b[NUMBER_MAX], out[NUMBER_MAX];
    for (enum lanes_operation op = LANES_ADD; op <= LANES_CANONICAL; op++) {
        bool product = op == LANES_MUL || op == LANES_SQUARE;
        const uint64_t *most = product ? p->factors : p->carried;
        for (int run = 0; run < (op == LANES_INVERT || op == LANES_ROOT ? 120 : 2000); run++) {
            limbs(p, most, run, a, &seed);
            limbs(p, most, run / 3, b, &seed);
            p->calculate(op, a, b, out);
            for (int lane = 0; lane < p->lanes; lane++) {
                number_of(p, a, lane, n->a);
                number_of(p, b, lane, n->b);
                check_answer(p, op, out, lane, n);
            }
        }
    }
}

static void check_hashes(const struct ed25519_parts *p, const struct sha512_text *texts,
                         const uint8_t *body)
{
    uint64_t got[NUMBER_MAX], words[8];
    uint8_t all[SHA512_HEAD + 4096], want[64];
    p->hash(texts, got);
    for (int lane = 0; lane < p->lanes; lane++) {
        memcpy(all, texts[lane].head, SHA512_HEAD);
        memcpy(all + SHA512_HEAD, body, texts[lane].len);
        SHA512(all, SHA512_HEAD + texts[lane].len, want);
        for (int i = 0; i < 8; i++)
            words[i] = got[i * p->lanes + lane];
        must(memcmp(words, want, sizeof want) == 0, "SHA-512 gives another hash");
    }
}

/* Texts of every length, and of very different ones side by side. */
static void hashes(const struct ed25519_parts *p)
{
    static struct sha512_text texts[8];
    uint8_t body[4096];
    uint64_t seed = 8;
    fill(body, sizeof body, &seed);
    for (size_t n = 0; n < 1000; n++) {
        for (size_t lane = 0; lane < (size_t)p->lanes; lane++) {
            struct sha512_text *t = &texts[lane];
            fill(t->head, SHA512_HEAD, &seed);
            t->len = below(&seed, n % 3 ? 400 : sizeof body + 1);
            if (lane == n % (size_t)p->lanes)
                t->len = n % 700;
            t->body = t->len ? body : NULL;
        }
        check_hashes(p, texts, body);
    }
}

static void parts_of(const struct ed25519_parts *p, const struct numbers *n)
{
    arithmetic(p, n);
    hashes(p);
}

static void kernel_parts(const struct numbers *n)
{
    if (processor_has(PROCESSOR_IFMA))
        parts_of(&ed25519_ifma_parts, n);
    if (processor_has(PROCESSOR_AVX2))
        parts_of(&ed25519_avx2_parts, n);
}
#else
static void kernel_parts(const struct numbers *n)
{
    (void)n;
}
#endif

static void parts(void)
{
    struct numbers n;
    numbers_new(&n);
    reductions(&n);
    kernel_parts(&n);
    numbers_free(&n);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int status = 0;
    load_kernels();
    make_keys();
    if (strcmp(what, "names") == 0)
        names();
    else if (strcmp(what, "parts") == 0)
        parts();
    else if (strcmp(what, "lanes") == 0)
        lanes();
    else if (strcmp(what, "ask") == 0)
        ask();
    else if (strcmp(what, "compare") == 0 && argc == 4)
        status = compare(strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
    else
        errx(2, "usage: sigkerneltest names|parts|lanes|ask|compare COUNT PORTION");
    wipe_keys();
    return fflush(stdout) ? 2 : status;
}
