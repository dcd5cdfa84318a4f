/*
 * hashing chosen: prints the name of the kernel that mines on this processor.
 *
 * hashing ROUNDS: how fast our SHA-256 and our miner are, beside OpenSSL's, in turn. A line of
 * output is
 *
 *     LABEL<tab>RATE
 *
 * the median of the rounds: bytes a second for `short KERNEL` (lines of 300 bytes, each a hash) and
 * `long KERNEL` (64 KiB), attempts a second for `mine KERNEL` (one thread), `word V KERNEL` (the
 * same, of a header in which the nonce changes word V), `all KERNEL` (a search by all processors),
 * `each KERNEL` (the same, a second of the processors' time), `limit sha256rnds2` (the rounds of an
 * attempt that no other shares, by the SHA unit with nothing else to do), `limit vectors` (as many
 * vector instructions as an attempt by avx512 needs, none of which waits for another; only the
 * limit of the kernel that is chosen is there), `compress KERNEL` and `compress openssl` (the bare
 * compression of one chunk, the state set back each time: what an attempt cannot do without).
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/processor.h"
#include "hash/sha256.h"
#include "work/choice.h"

#include <err.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 300, LONG = 1 << 16, CHUNKS = LONG / SHA256_CHUNK, TASKS_MAX = 64 };

#define TURN 0.1 /* seconds for each task, in each round */

struct task {
    char label[64];
    /* Runs the task once. Gives the number of bytes or attempts. */
    double (*once)(const struct task *t);
    const struct sha256_kernel *kernel;
    const struct mine_kernel *miner;
    size_t header; /* the length of the miner's */
    const EVP_MD *md;
    EVP_MD_CTX *ctx;
    const uint8_t *data; /* LONG bytes */
    double *rates;
};

struct tasks {
    struct task list[TASKS_MAX];
    int count;
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As sha256() does it, by this kernel: whole chunks in place, then the padded end. */
static void hash_by(const struct sha256_kernel *k, const uint8_t *data, size_t n)
{
    struct sha256 h;
    uint8_t end[2 * SHA256_CHUNK] = {0};
    size_t have = n % SHA256_CHUNK;
    sha256_init(&h);
    k->compress(h.state, data, n / SHA256_CHUNK);
    memcpy(end, data + n - have, have);
    end[have] = 0x80;
    k->compress(h.state, end, have < SHA256_CHUNK - 8 ? 1 : 2);
}

static double lines_ours(const struct task *t)
{
    uint8_t out[SHA256_LEN];
    size_t n = LONG / LINE;
    for (size_t i = 0; i < n; i++)
        sha256(t->data + i * LINE, LINE, out);
    return (double)(n * LINE);
}

static double lines_by_kernel(const struct task *t)
{
    size_t n = LONG / LINE;
    for (size_t i = 0; i < n; i++)
        hash_by(t->kernel, t->data + i * LINE, LINE);
    return (double)(n * LINE);
}

static double lines_openssl(const struct task *t)
{
    uint8_t out[SHA256_LEN];
    size_t n = LONG / LINE;
    for (size_t i = 0; i < n; i++)
        if (!EVP_DigestInit_ex(t->ctx, t->md, NULL) ||
            !EVP_DigestUpdate(t->ctx, t->data + i * LINE, LINE) ||
            !EVP_DigestFinal_ex(t->ctx, out, NULL))
            errx(2, "EVP_Digest");
    return (double)(n * LINE);
}

static double long_by_kernel(const struct task *t)
{
    hash_by(t->kernel, t->data, LONG);
    return LONG;
}

static double long_openssl(const struct task *t)
{
    uint8_t out[SHA256_LEN];
    if (!EVP_DigestInit_ex(t->ctx, t->md, NULL) || !EVP_DigestUpdate(t->ctx, t->data, LONG) ||
        !EVP_DigestFinal_ex(t->ctx, out, NULL))
        errx(2, "EVP_Digest");
    return LONG;
}

static double compress_by_kernel(const struct task *t)
{
    struct sha256 h;
    for (size_t i = 0; i < CHUNKS; i++) {
        sha256_init(&h);
        t->kernel->compress(h.state, t->data + i * SHA256_CHUNK, 1);
    }
    return CHUNKS;
}

static double compress_openssl(const struct task *t)
{
    SHA256_CTX fresh, ctx;
    SHA256_Init(&fresh);
    for (size_t i = 0; i < CHUNKS; i++) {
        memcpy(ctx.h, fresh.h, sizeof ctx.h);
        SHA256_Transform(&ctx, t->data + i * SHA256_CHUNK);
    }
    return CHUNKS;
}

enum { HEADER = 420, LAST_WORD = 12 }; /* used for three headers in four */

/* A job that no nonce solves, with a header of this length. */
static struct mine_job endless(size_t n)
{
    struct mine_job job;
    static const uint8_t target[TARGET_LEN];
    char header[HEADER + SHA256_CHUNK];
    size_t seal_len;
    memset(header, 'x', sizeof header);
    if (n > sizeof header || mine_job_init(&job, header, n, target, &seal_len))
        errx(2, "no job");
    return job;
}

static double mine_by_kernel(const struct task *t)
{
    struct mine_job job = endless(t->header);
    if (t->miner->search(&job, 0, MINE_CHUNK) != MINE_CHUNK)
        errx(2, "solved what nobody can");
    return MINE_CHUNK;
}

static void *stop_later(void *self)
{
    struct mine_watch *watch = self;
    usleep((useconds_t)(TURN * 1e6));
    atomic_store(&watch->stop, true);
    return NULL;
}

static double mine_all(const struct task *t)
{
    struct mine_watch watch;
    struct mine_job job = endless(HEADER);
    struct fault f;
    pthread_t stopper;
    uint64_t nonce;
    setenv(MINE_KERNEL_VARIABLE, t->miner->name, 1);
    atomic_init(&watch.stop, false);
    atomic_init(&watch.attempts, 0);
    if (pthread_create(&stopper, NULL, stop_later, &watch))
        errx(2, "cannot start a thread");
    if (mine_search(&job, (int)sysconf(_SC_NPROCESSORS_ONLN), &watch, &nonce, &f))
        errx(2, "mine_search");
    pthread_join(stopper, NULL);
    return (double)atomic_load(&watch.attempts);
}

/* The same by processor time, which other programs disturb less. */
static double mine_each(const struct task *t)
{
    return mine_all(t);
}

static struct task *add(struct tasks *all, const char *what, const char *which,
                        double (*once)(const struct task *))
{
    if (all->count == TASKS_MAX)
        errx(2, "too many tasks");
    struct task *t = &all->list[all->count++];
    snprintf(t->label, sizeof t->label, "%s %s", what, which);
    t->once = once;
    return t;
}

#if defined(__x86_64__)
enum { ATTEMPTS = 1 << 16, CHAINS = 8, TWO_ROUNDS = (64 - 12) / 2 };

/* Attempts in turn, eight at once: their rounds from the twelfth on, without a schedule. */
__attribute__((target("sha"))) static double rounds_alone(const struct task *t)
{
    __m128i a[CHAINS], b = _mm_setzero_si128(), wk = _mm_loadu_si128((const void *)t->data);
    for (int i = 0; i < CHAINS; i++)
        a[i] = _mm_loadu_si128((const void *)(t->data + (size_t)16 * (size_t)i));
    for (int i = 0; i < ATTEMPTS / CHAINS * TWO_ROUNDS; i++)
#pragma GCC unroll 8
        for (int j = 0; j < CHAINS; j++)
            a[j] = _mm_sha256rnds2_epu32(a[j], b, wk);
    for (int i = 1; i < CHAINS; i++)
        a[0] = _mm_xor_si128(a[0], a[i]);
    volatile int used = _mm_cvtsi128_si32(a[0]);
    (void)used;
    return ATTEMPTS;
}

/* Attempts in vectors of sixteen: 16 instructions a round, 11 for each word of the schedule, and
 * fewer for words that the nonce hardly affects. The next instruction of each chain can start one
 * cycle after the last one, in either pipe. */
__attribute__((target("avx512f"))) static double vectors_alone(const struct task *t)
{
    enum { LANES = 16, INSTRUCTIONS = 78 * LANES };
    for (int i = 0; i < ATTEMPTS / LANES * INSTRUCTIONS / CHAINS; i++)
        __asm__ volatile("vpaddd %%zmm0, %%zmm0, %%zmm0; vpaddd %%zmm1, %%zmm1, %%zmm1;"
                         "vpaddd %%zmm2, %%zmm2, %%zmm2; vpaddd %%zmm3, %%zmm3, %%zmm3;"
                         "vpaddd %%zmm4, %%zmm4, %%zmm4; vpaddd %%zmm5, %%zmm5, %%zmm5;"
                         "vpaddd %%zmm6, %%zmm6, %%zmm6; vpaddd %%zmm7, %%zmm7, %%zmm7"
                         :
                         :
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
    __asm__ volatile("vzeroupper");
    (void)t;
    return ATTEMPTS;
}

static void add_limit(struct tasks *all)
{
    const char *chosen = mine_kernel_best()->name;
    if (strcmp(chosen, "sha-ni+avx512") == 0)
        add(all, "limit", "sha256rnds2", rounds_alone);
    if (strcmp(chosen, "avx512") == 0)
        add(all, "limit", "vectors", vectors_alone);
}
#else
static void add_limit(struct tasks *all)
{
    (void)all;
}
#endif

static void add_miner(struct tasks *all, const char *what, const struct mine_kernel *k,
                      size_t header)
{
    struct task *t = add(all, what, k->name, mine_by_kernel);
    t->miner = k;
    t->header = header;
}

/* The best kernel with the nonce in earlier words, 8 to 11. */
static void add_words(struct tasks *all)
{
    for (int v = 8; v < LAST_WORD; v++) {
        char what[16];
        size_t header = HEADER + 1 + 4 * (size_t)(v - 8);
        snprintf(what, sizeof what, "word %d", v);
        if (endless(header).nonce_at / 4 + 3 != (size_t)v)
            errx(2, "the nonce is not at word %d", v);
        add_miner(all, what, mine_kernel_best(), header);
    }
}

static void add_ours(struct tasks *all)
{
    add(all, "short", "sha256()", lines_ours);
    for (const struct sha256_kernel *k = sha256_kernels; k->name; k++) {
        if (!processor_has(k->needs))
            continue;
        add(all, "short", k->name, lines_by_kernel)->kernel = k;
        add(all, "long", k->name, long_by_kernel)->kernel = k;
        add(all, "compress", k->name, compress_by_kernel)->kernel = k;
    }
    for (const struct mine_kernel *k = mine_kernels; k->name; k++) {
        if (!processor_has(k->needs))
            continue;
        add_miner(all, "mine", k, HEADER);
        add(all, "all", k->name, mine_all)->miner = k;
        add(all, "each", k->name, mine_each)->miner = k;
    }
    add_words(all);
    add_limit(all);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run(struct task *t, int round)
{
    clockid_t clock = t->once == mine_all ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    double begin = now(clock), done = 0, took;
    do
        done += t->once(t);
    while ((took = now(clock) - begin) < TURN);
    t->rates[round] = done / took;
}

int main(int argc, char **argv)
{
    static struct tasks all;
    if (argc == 2 && strcmp(argv[1], "chosen") == 0)
        return puts(mine_kernel_best()->name) == EOF ? 2 : 0;
    int rounds = argc == 2 ? atoi(argv[1]) : 0;
    uint8_t *data = malloc(LONG);
    EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (rounds < 1 || rounds > 1000)
        errx(2, "usage: hashing ROUNDS | chosen");
    if (!data || !md || !ctx)
        errx(2, "out of memory");
    for (size_t i = 0; i < LONG; i++)
        data[i] = (uint8_t)(i * 31 >> 3);
    add_ours(&all);
    add(&all, "short", "openssl", lines_openssl);
    add(&all, "long", "openssl", long_openssl);
    add(&all, "compress", "openssl", compress_openssl);
    for (int i = 0; i < all.count; i++) {
        all.list[i].data = data;
        all.list[i].md = md;
        all.list[i].ctx = ctx;
        all.list[i].rates = calloc((size_t)rounds, sizeof(double));
        if (!all.list[i].rates)
            errx(2, "out of memory");
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < all.count; i++)
            run(&all.list[i], round);
    for (int i = 0; i < all.count; i++) {
        qsort(all.list[i].rates, (size_t)rounds, sizeof(double), by_size);
        printf("%s\t%.0f\n", all.list[i].label, all.list[i].rates[rounds / 2]);
        free(all.list[i].rates);
    }
    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);
    free(data);
    return fflush(stdout) ? 2 : 0;
}
