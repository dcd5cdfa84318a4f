/*
 * Puts hard questions to ed25519_verify and to the pool.
 *
 *     sigtest self      what needs no oracle: our own signatures, and forgeries that are known
 *     sigtest pool      batches over threads
 *     sigtest oracle    libsodium must say the same; status 77 where it was not there at the build
 *
 * Prints what differs, and the number of questions.
 */
#include "base/hex.h"
#include "crypto/secret_key.h"
#include "crypto/sigpool.h"
#include "random.h"
#include "smallorder.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The group order, little-endian. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

static void add_order(uint8_t s[32])
{
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
        carry += (unsigned)s[i] + order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

enum { SMALL = 5, NEAR_P = 19, SPECIAL = 2 * (SMALL + NEAR_P + 22) };

/* Points worth testing: those of small order, 2^255 - 19 to 2^255 - 1, which are not canonical, and
 * y from 2 to 22 and just below p; each with and without its sign bit. */
static void special_point(int i, uint8_t out[32])
{
    int j = i / 2;
    if (j < SMALL) {
        hex_decode(out, small_order_y[j], 32);
    } else if (j < SMALL + NEAR_P) {
        memset(out, 0xff, 32);
        out[0] = (uint8_t)(0xed + j - SMALL);
        out[31] = 0x7f;
    } else if (j < SMALL + NEAR_P + 20) {
        memset(out, 0, 32);
        out[0] = (uint8_t)(2 + j - SMALL - NEAR_P);
    } else {
        memset(out, 0xff, 32);
        out[0] = (uint8_t)(0xea + (j & 1));
        out[31] = 0x7f;
    }
    if (i & 1)
        out[31] |= 0x80;
}

static void must(bool truth, const char *what)
{
    if (!truth)
        errx(1, "%s", what);
}

static void must_load(void)
{
    struct fault f;
    if (ed25519_load(&f))
        errx(2, "%s", f.text);
}

static struct secret_key make_key(const char *text)
{
    struct secret_key k;
    struct fault f;
    if (secret_key_from_text(&k, text, strlen(text), &f))
        errx(2, "%s", f.text);
    return k;
}

static void sign(const struct secret_key *k, const void *message, size_t n, uint8_t signature[64])
{
    struct fault f;
    if (secret_key_sign(k, message, n, signature, &f))
        errx(2, "%s", f.text);
}

/* --- Without an oracle ------------------------------------------------------------------------ */

/* RFC 8032, 7.1, TEST 2. */
static void published(void)
{
    uint8_t key[32], signature[64];
    hex_decode(key, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", 32);
    hex_decode(signature,
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
               64);
    must(ed25519_verify(key, signature, "\x72", 1), "RFC 8032's second test is refused");
    must(!ed25519_verify(key, signature, "\x73", 1), "RFC 8032's second test forged is accepted");
}

static void soundness(void)
{
    uint8_t point[32];
    for (int i = 0; i < SPECIAL; i++) {
        special_point(i, point);
        must(ed25519_sound(point) == (i / 2 >= SMALL + NEAR_P), hex32(point).text);
    }
}

/* The base point: the key of the secret 1, and the R of r = 1. */
static const char base_point[] = "5866666666666666666666666666666666666666666666666666666666666666";

static bool verify_x(const uint8_t key[32], const uint8_t signature[64], char message)
{
    return ed25519_verify(key, signature, &message, 1);
}

/* Under a key A of small order, the equation SB = R + hA holds for R = B and S = 1 with one message
 * of eight or more; and for S = 0 with one or more of the Rs of small order. */
static void key_of_small_order(void)
{
    uint8_t key[32], signature[64] = {0};
    for (int i = 0; i < 2 * SMALL; i++) {
        special_point(i, key);
        hex_decode(signature, base_point, 32);
        signature[32] = 1;
        for (int message = 'A'; message <= 'z'; message++)
            must(!verify_x(key, signature, (char)message), "a key of small order is accepted");
        signature[32] = 0;
        for (int j = 0; j < 2 * SMALL; j++) {
            special_point(j, signature);
            must(!verify_x(key, signature, 'x'), "a key and R of small order are accepted");
        }
    }
}

/* With r = 0, R is the point of order 1, and S = h for the secret 1: the equation holds. */
static void r_of_small_order(void)
{
    uint8_t key[32], signature[64];
    hex_decode(key, base_point, 32);
    special_point(0, signature);
    hex_decode(signature + 32, "f652722068935c0d29697e2e0b60859c8ee5da94cd393a0dbd8c1836fded530a",
               32);
    must(!verify_x(key, signature, 'x'), "an R of small order is accepted");
}

static void signed_here(void)
{
    struct secret_key k = make_key("sigtest");
    uint8_t message[300], signature[64], forged[64];
    uint64_t seed = 2;
    fill(message, sizeof message, &seed);
    for (size_t n = 0; n <= sizeof message; n += 7) {
        sign(&k, message, n, signature);
        must(ed25519_verify(k.public, signature, message, n), "our own signature is refused");
        memcpy(forged, signature, sizeof forged);
        add_order(forged + 32);
        must(!ed25519_verify(k.public, forged, message, n), "S + L is accepted");
        forged[0] ^= 1;
        must(!ed25519_verify(k.public, forged, message, n), "another R is accepted");
    }
    secret_key_wipe(&k);
    must(!k.signer && !k.seed[0] && !k.seed[31], "a wiped key holds something");
}

static void self(void)
{
    published();
    soundness();
    key_of_small_order();
    r_of_small_order();
    signed_here();
}

/* --- The pool --------------------------------------------------------------------------------- */

enum { JOBS = 120, KEYS = 5 };

struct batch {
    struct secret_key keys[KEYS];
    uint8_t signatures[JOBS][64], messages[JOBS][40];
    struct sigjob jobs[JOBS];
    bool want[JOBS];
    struct secret_key slow_key; /* of SLH-DSA */
    struct signature_text slow;
};

/* Makes some of the jobs SLH-DSA's: all are of one signature, which is of this text. */
static void mix_schemes(struct batch *b, uint64_t *seed)
{
    static const char text[] = "post-quantum";
    struct fault f;
    if (secret_key_slh_dsa_from_text(&b->slow_key, "slow", 4, &f) ||
        secret_key_sign_text(&b->slow_key, text, sizeof text - 1, &b->slow, &f))
        errx(2, "%s", f.text);
    for (int i = 0; i < JOBS; i += 1 + (int)(chance_next(seed) % 15))
        b->jobs[i] = (struct sigjob){.key = b->slow_key.public,
                                     .signature = (const uint8_t *)b->slow.text,
                                     .message = text,
                                     .len = sizeof text - (b->want[i] ? 1 : 2),
                                     .scheme = SIGNATURE_SLH_DSA};
}

static void make_batch(struct batch *b, uint64_t *seed)
{
    for (int i = 0; i < KEYS; i++)
        b->keys[i] = make_key((const char[]){(char)('a' + i), 0});
    for (int i = 0; i < JOBS; i++) {
        const struct secret_key *k = &b->keys[chance_next(seed) % KEYS];
        size_t n = sizeof b->messages[i];
        fill(b->messages[i], n, seed);
        sign(k, b->messages[i], n, b->signatures[i]);
        b->want[i] = chance_next(seed) % 3 != 0;
        if (!b->want[i])
            b->messages[i][chance_next(seed) % n] ^= 4;
        b->jobs[i] = (struct sigjob){
            .key = k->public, .signature = b->signatures[i], .message = b->messages[i], .len = n};
    }
    mix_schemes(b, seed);
}

static void run_batch(struct sigpool *p, struct batch *b, size_t n)
{
    struct fault f;
    for (size_t i = 0; i < n; i++)
        b->jobs[i].valid = !b->want[i];
    if (sigpool_start(p, b->jobs, n, &f))
        errx(2, "%s", f.text);
    sigpool_wait(p, b->jobs);
    for (size_t i = 0; i < n; i++)
        must(b->jobs[i].valid == b->want[i], "the pool gives a wrong answer");
}

/* Batches large enough for their keys to be looked up, if the kernel uses that: more under way than
 * the pool accepts at once, and waited for in another order, one of them twice. */
static void several_batches(struct sigpool *p, const struct batch *b)
{
    enum { BATCHES = 5, MANY = 1100 };
    static struct sigjob jobs[BATCHES][MANY];
    static const int turns[] = {3, 4, 1, 3, 0, 2};
    struct fault f;
    size_t n = ed25519_chosen()->uses_points ? MANY : 100;
    for (int i = 0; i < BATCHES; i++) {
        for (size_t j = 0; j < n; j++) {
            jobs[i][j] = b->jobs[(j + (size_t)i) % JOBS];
            jobs[i][j].valid = !b->want[(j + (size_t)i) % JOBS];
        }
        if (sigpool_start(p, jobs[i], n, &f))
            errx(2, "%s", f.text);
    }
    for (size_t k = 0; k < sizeof turns / sizeof turns[0]; k++) {
        sigpool_wait(p, jobs[turns[k]]);
        for (size_t j = 0; j < n; j++)
            must(jobs[turns[k]][j].valid == b->want[(j + (size_t)turns[k]) % JOBS],
                 "the pool gives a wrong answer in one of several batches");
    }
    if (sigpool_start(p, jobs[0], n, &f)) /* sigpool_free ends it */
        errx(2, "%s", f.text);
}

/* The pool's threads must leave signals to the caller, who blocks this one and stays alive. */
static void signal_stays_here(void)
{
    sigset_t usr1, pending;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    kill(getpid(), SIGUSR1);
    sigpending(&pending);
    must(sigismember(&pending, SIGUSR1), "a thread of the pool took a signal");
    sigwait(&usr1, &(int){0});
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
}

static void pool(void)
{
    static const size_t sizes[] = {0, 1, 3, 4, 5, 8, 9, 63, JOBS};
    static struct batch b;
    uint64_t seed = 3;
    make_batch(&b, &seed);
    for (int threads = 1; threads <= 8; threads = threads < 3 ? threads + 1 : threads * 2 - 2) {
        struct sigpool *p = sigpool_new(threads);
        if (!p)
            err(2, NULL);
        for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++)
            run_batch(p, &b, sizes[i * 5 % (sizeof sizes / sizeof sizes[0])]);
        signal_stays_here();
        if (threads < 3)
            several_batches(p, &b);
        sigpool_free(p);
    }
    for (int i = 0; i < KEYS; i++)
        secret_key_wipe(&b.keys[i]);
    sigpool_free(sigpool_new(4)); /* one that never worked */
    sigpool_free(NULL);
}

/* --- libsodium -------------------------------------------------------------------------------- */

#ifdef HAVE_SODIUM
#include <sodium.h>

struct tally {
    unsigned long asked, accepted;
};

static void ask(struct tally *t, const uint8_t key[32], const uint8_t signature[64],
                const void *message, size_t n)
{
    bool theirs = crypto_sign_verify_detached(signature, message, n, key) == 0;
    t->asked++;
    t->accepted += theirs;
    if (ed25519_verify(key, signature, message, n) != theirs)
        errx(1, "libsodium says %s: key %s R %s S %s", theirs ? "yes" : "no", hex32(key).text,
             hex32(signature).text, hex32(signature + 32).text);
}

/* Every special key with every special R, S being 0, 1, L - 1, L, or L + 1. */
static void ask_special(struct tally *t)
{
    uint8_t key[32], signature[64];
    for (int i = 0; i < SPECIAL * SPECIAL; i++) {
        special_point(i / SPECIAL, key);
        special_point(i % SPECIAL, signature);
        memset(signature + 32, 0, 32);
        if (i % 5 >= 2)
            memcpy(signature + 32, order, 32);
        signature[32] = (uint8_t)(signature[32] + (i % 5 >= 2 ? i % 5 - 3 : i % 5));
        ask(t, key, signature, "special", 7);
    }
}

/* An honest signature, and ones close to it. */
static void ask_near(struct tally *t, uint64_t *seed)
{
    uint8_t key[32], secret[64], signature[64], other[64], message[64], first[32];
    fill(first, sizeof first, seed);
    fill(message, sizeof message, seed);
    crypto_sign_seed_keypair(key, secret, first);
    crypto_sign_detached(signature, NULL, message, sizeof message, secret);
    ask(t, key, signature, message, sizeof message);
    for (int bit = 0; bit < 512; bit++) {
        memcpy(other, signature, sizeof other);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ask(t, key, other, message, sizeof message);
    }
    for (int bit = 0; bit < 256; bit++) {
        memcpy(other, key, sizeof key);
        other[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ask(t, other, signature, message, sizeof message);
    }
    memcpy(other, signature, sizeof other);
    for (int times = 0; times < 15; times++) {
        add_order(other + 32);
        ask(t, key, other, message, sizeof message);
    }
    for (int i = 0; i < SPECIAL; i++) {
        special_point(i, other);
        memcpy(other + 32, signature + 32, 32);
        ask(t, key, other, message, sizeof message);
        ask(t, other, signature, message, sizeof message);
    }
}

/* Signatures by keys and Rs that have a part of small order: S = r + h a holds without the cofactor
 * in about one of eight. */
static void ask_mixed(struct tally *t, uint64_t *seed)
{
    uint8_t a[32], r[32], wide[64], torsion[32], key[32], signature[64], h[32];
    crypto_hash_sha512_state hash;
    fill(wide, sizeof wide, seed);
    crypto_core_ed25519_scalar_reduce(a, wide);
    fill(wide, sizeof wide, seed);
    crypto_core_ed25519_scalar_reduce(r, wide);
    crypto_scalarmult_ed25519_base_noclamp(key, a);
    crypto_scalarmult_ed25519_base_noclamp(signature, r);
    if (chance_next(seed) % 8 == 0) { /* no secret: only the part of small order is left */
        memset(a, 0, sizeof a);
        special_point(0, key);
    }
    if (chance_next(seed) % 8 == 0) {
        memset(r, 0, sizeof r);
        special_point(0, signature);
    }
    special_point((int)(chance_next(seed) % (2 * SMALL)), torsion);
    if (chance_next(seed) % 4 && crypto_core_ed25519_add(key, key, torsion))
        return;
    special_point((int)(chance_next(seed) % (2 * SMALL)), torsion);
    if (chance_next(seed) % 2 && crypto_core_ed25519_add(signature, signature, torsion))
        return;
    crypto_hash_sha512_init(&hash);
    crypto_hash_sha512_update(&hash, signature, 32);
    crypto_hash_sha512_update(&hash, key, 32);
    crypto_hash_sha512_update(&hash, (const uint8_t *)"mixed", 5);
    crypto_hash_sha512_final(&hash, wide);
    crypto_core_ed25519_scalar_reduce(h, wide);
    crypto_core_ed25519_scalar_mul(h, h, a);
    crypto_core_ed25519_scalar_add(signature + 32, r, h);
    ask(t, key, signature, "mixed", 5);
}

static void ask_random(struct tally *t, uint64_t *seed)
{
    uint8_t key[32], signature[64];
    fill(key, sizeof key, seed);
    fill(signature, sizeof signature, seed);
    signature[63] &= 0x1f;
    ask(t, key, signature, "random", 6);
}

static int oracle(void)
{
    struct tally special = {0}, near = {0}, mixed = {0}, any = {0};
    uint64_t seed = 4;
    if (sodium_init() < 0)
        errx(2, "libsodium does not start");
    ask_special(&special);
    for (int i = 0; i < 4; i++)
        ask_near(&near, &seed);
    for (int i = 0; i < 1500; i++) {
        ask_mixed(&mixed, &seed);
        ask_random(&any, &seed);
    }
    printf("asked %lu, %lu, %lu and %lu; accepted %lu, %lu, %lu and %lu\n", special.asked,
           near.asked, mixed.asked, any.asked, special.accepted, near.accepted, mixed.accepted,
           any.accepted);
    must(near.accepted == 4, "of the signatures near honest ones only those four hold");
    must(mixed.accepted > 100 && mixed.accepted < mixed.asked, "no mixed signature was tried");
    return 0;
}
#else
static int oracle(void)
{
    return 77;
}
#endif

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    must_load();
    if (strcmp(what, "oracle") == 0)
        return oracle();
    if (strcmp(what, "pool") == 0)
        pool();
    else if (strcmp(what, "self") == 0)
        self();
    else
        errx(2, "usage: sigtest self|pool|oracle");
    return 0;
}
