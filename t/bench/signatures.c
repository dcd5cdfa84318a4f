/*
 * signatures WHO THREADS: how many signatures of messages of 300 bytes WHO checks a second on so
 * many threads; prints that number, the sum of what each thread makes while all are at work, in a
 * second of the processor's time that it gets: other programs take little from that. As `openssl
 * speed` counts.
 *
 *     signatures list    every WHO that is here, a line each: our kernels, best first, then the
 * peers
 *
 * libsodium's are Ed25519; libsecp256k1's are of the 32 bytes that a message hashes to.
 */
#include "base/processor.h"
#include "crypto/secret_key.h"
#include "hash/sha256.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif
#ifdef HAVE_SECP256K1
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#endif

enum { MESSAGE = 300, COUNT = 256, KEYS = 32, THREADS_MAX = 1024 };

#define SECONDS 1.0

struct material {
    uint8_t messages[COUNT][MESSAGE], hashes[COUNT][SHA256_LEN], signatures[COUNT][64];
    struct secret_key keys[KEYS];
    const struct ed25519_kernel *kernel;
#ifdef HAVE_SECP256K1
    secp256k1_context *secp;
    secp256k1_pubkey public[KEYS];
    secp256k1_xonly_pubkey xonly[KEYS];
    secp256k1_ecdsa_signature ecdsa[COUNT];
#endif
};

/* Checks all COUNT signatures. */
typedef void checker(const struct material *m);

static void must(bool truth)
{
    if (!truth)
        errx(1, "a signature is refused");
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct material *m)
{
    char name[16];
    struct fault f;
    for (int i = 0; i < KEYS; i++) {
        snprintf(name, sizeof name, "bench %d", i);
        if (secret_key_from_text(&m->keys[i], name, strlen(name), &f))
            errx(2, "%s", f.text);
    }
    for (int i = 0; i < COUNT; i++) {
        memset(m->messages[i], i, MESSAGE);
        sha256(m->messages[i], MESSAGE, m->hashes[i]);
    }
}

static void sign_ed25519(struct material *m)
{
    struct fault f;
    for (int i = 0; i < COUNT; i++)
        if (secret_key_sign(&m->keys[i % KEYS], m->messages[i], MESSAGE, m->signatures[i], &f))
            errx(2, "%s", f.text);
}

static void by_kernel(const struct material *m)
{
    struct sigjob jobs[COUNT];
    for (int i = 0; i < COUNT; i++)
        jobs[i] = (struct sigjob){.key = m->keys[i % KEYS].public,
                                  .signature = m->signatures[i],
                                  .message = m->messages[i],
                                  .len = MESSAGE};
    m->kernel->check(jobs, NULL, COUNT);
    for (int i = 0; i < COUNT; i++)
        must(jobs[i].valid);
}

#ifdef HAVE_SODIUM
static void by_sodium(const struct material *m)
{
    for (int i = 0; i < COUNT; i++)
        must(crypto_sign_verify_detached(m->signatures[i], m->messages[i], MESSAGE,
                                         m->keys[i % KEYS].public) == 0);
}
#endif

#ifdef HAVE_SECP256K1
static void sign_secp256k1(struct material *m)
{
    secp256k1_keypair pairs[KEYS];
    m->secp = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    for (int i = 0; i < KEYS; i++)
        must(secp256k1_keypair_create(m->secp, &pairs[i], m->keys[i].seed) &&
             secp256k1_keypair_pub(m->secp, &m->public[i], &pairs[i]) &&
             secp256k1_keypair_xonly_pub(m->secp, &m->xonly[i], NULL, &pairs[i]));
    for (int i = 0; i < COUNT; i++)
        must(secp256k1_ecdsa_sign(m->secp, &m->ecdsa[i], m->hashes[i], m->keys[i % KEYS].seed, NULL,
                                  NULL) &&
             secp256k1_schnorrsig_sign32(m->secp, m->signatures[i], m->hashes[i], &pairs[i % KEYS],
                                         NULL));
}

static void by_ecdsa(const struct material *m)
{
    for (int i = 0; i < COUNT; i++)
        must(secp256k1_ecdsa_verify(m->secp, &m->ecdsa[i], m->hashes[i], &m->public[i % KEYS]));
}

static void by_schnorr(const struct material *m)
{
    for (int i = 0; i < COUNT; i++)
        must(secp256k1_schnorrsig_verify(m->secp, m->signatures[i], m->hashes[i], SHA256_LEN,
                                         &m->xonly[i % KEYS]));
}
#endif

static const struct peer {
    const char *name;
    void (*sign)(struct material *m);
    checker *check;
} peers[] = {
#ifdef HAVE_SODIUM
    {"libsodium", sign_ed25519, by_sodium},
#endif
#ifdef HAVE_SECP256K1
    {"libsecp256k1-schnorr", sign_secp256k1, by_schnorr},
    {"libsecp256k1-ecdsa", sign_secp256k1, by_ecdsa},
#endif
    {NULL, NULL, NULL},
};

static void list(void)
{
    for (const struct ed25519_kernel *k = ed25519_kernels; k->name; k++)
        if (processor_has(k->needs))
            puts(k->name);
    for (const struct peer *p = peers; p->name; p++)
        puts(p->name);
}

/* Signs with WHO's algorithm. */
static checker *find(const char *who, struct material *m)
{
    struct fault f;
    for (const struct ed25519_kernel *k = ed25519_kernels; k->name; k++)
        if (strcmp(k->name, who) == 0) {
            if (!processor_has(k->needs) || k->load(&f))
                errx(2, "%s cannot be used", who);
            m->kernel = k;
            sign_ed25519(m);
            return by_kernel;
        }
    for (const struct peer *p = peers; p->name; p++)
        if (strcmp(p->name, who) == 0) {
            p->sign(m);
            return p->check;
        }
    errx(2, "nobody here is called %s", who);
}

struct run {
    const struct material *m;
    checker *check;
    double rate;
};

static void *work(void *self)
{
    struct run *r = self;
    r->check(r->m);
    double begin = seconds(), end = begin, count = 0;
    for (; end - begin < SECONDS; end = seconds(), count += COUNT)
        r->check(r->m);
    r->rate = count / (end - begin);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct material m;
    static struct run runs[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    double rate = 0;
    int n = argc == 3 ? atoi(argv[2]) : 0;
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        list();
        return 0;
    }
    if (n < 1 || n > THREADS_MAX)
        errx(2, "usage: signatures WHO THREADS | list");
    fill(&m);
    checker *check = find(argv[1], &m);
    for (int i = 0; i < n; i++) {
        runs[i] = (struct run){&m, check, 0};
        if (pthread_create(&threads[i], NULL, work, &runs[i]))
            errx(2, "no thread");
    }
    for (int i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
        rate += runs[i].rate;
    }
    for (int i = 0; i < KEYS; i++)
        secret_key_wipe(&m.keys[i]);
    printf("%.0f\n", rate);
    return fflush(stdout) ? 2 : 0;
}
