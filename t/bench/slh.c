/*
 * What SLH-DSA costs beside its hashes.
 *
 *     slh ROUNDS    for signing and checking: a line "WHAT US HASHES LIMIT", medians of so many
 *                   rounds: microseconds of a processor's time, how many times SHA-256 compresses,
 *                   and what the best kernel, all lanes filled, would take for these
 */
#include "base/processor.h"
#include "slhdsa/kernels.h"
#include "slhdsa/parts.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 101, CHECKS = 50, MESSAGE = 300 };

/* Compressions. Signing: all leaves of 14 FORS trees, of a secret and a hash each, and of seven
 * trees of the hypertree, each of 35 chains and a text of ten chunks; the nodes above them; and the
 * chains of the signature again, half of them in the mean. Checking: 14 FORS paths; the rest of the
 * chains, which the checksum makes 267 steps in the mean; keys; paths. */
enum {
    LEAF = SLH_CHAINS * (1 + SLH_STEPS) + SLH_LONG / SHA256_CHUNK,
    ROOTS = 4,
    MEAN_STEPS = 267,
    SIGNING = SLH_FORS_TREES * (2 * SLH_FORS_LEAVES + SLH_FORS_LEAVES - 1) + ROOTS +
              SLH_LAYERS * (SLH_LEAVES * LEAF + SLH_LEAVES - 1) +
              SLH_LAYERS * (SLH_CHAINS * (1 + SLH_STEPS) - MEAN_STEPS),
    CHECKING = SLH_FORS_TREES * (1 + SLH_FORS_HEIGHT) + ROOTS +
               SLH_LAYERS * (MEAN_STEPS + SLH_LONG / SHA256_CHUNK + SLH_HEIGHT),
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return x[n / 2];
}

/* --- What is measured ------------------------------------------------------------------------- */

struct bench {
    uint8_t secret[SLH_DSA_SECRET_LEN], message[MESSAGE], signature[SLH_DSA_SIGNATURE_LEN];
};

/* Microseconds of a hash of a long chain, all lanes filled, by the fastest kernel. */
static double hash_time(void)
{
    enum { STEPS = 10000 };
    double best = 1e9;
    for (const struct slh_kernel *k = slh_kernels; k->name; k++) {
        struct slh_block blocks[SLH_LANES_MAX];
        static uint32_t midstate[8];
        if (!processor_has(k->needs))
            continue;
        memset(blocks, 1, sizeof blocks);
        for (int i = 0; i < SLH_LANES_MAX; i++)
            blocks[i].midstate = midstate;
        double begin = now();
        k->walk(blocks, STEPS);
        double each = (now() - begin) / STEPS / (double)k->lanes;
        best = each < best ? each : best;
    }
    return best;
}

static double sign_time(struct bench *b)
{
    double begin = now();
    b->message[0]++;
    slh_sign_internal(b->secret, SLH_PURE, b->message, MESSAGE, 1, b->signature);
    return now() - begin;
}

/* For one of `together` signatures. */
static double check_time(const struct bench *b, size_t together)
{
    struct slh_question questions[SLH_DSA_TOGETHER];
    bool valid[SLH_DSA_TOGETHER];
    for (size_t i = 0; i < together; i++)
        questions[i] = (struct slh_question){b->secret + SLH_DSA_SECRET_LEN - SLH_DSA_KEY_LEN,
                                             b->signature, SLH_PURE, b->message, MESSAGE};
    double begin = now();
    for (int i = 0; i < CHECKS; i++) {
        slh_verify_internal(questions, together, valid);
        if (!valid[together - 1])
            errx(1, "a signature does not hold");
    }
    return (now() - begin) / CHECKS / (double)together;
}

int main(int argc, char **argv)
{
    static struct bench b;
    static double hash[ROUNDS_MAX], sign[ROUNDS_MAX], one[ROUNDS_MAX], four[ROUNDS_MAX];
    int n = argc == 2 ? atoi(argv[1]) : 0;
    if (n < 1 || n > ROUNDS_MAX)
        errx(2, "usage: slh ROUNDS");
    slh_dsa_complete(b.secret);
    for (int i = 0; i < n; i++) {
        hash[i] = hash_time();
        sign[i] = sign_time(&b);
        one[i] = check_time(&b, 1);
        four[i] = check_time(&b, SLH_DSA_TOGETHER);
    }
    double each = median(hash, n);
    printf("sign %.1f %d %.1f\n", median(sign, n), SIGNING, SIGNING * each);
    printf("check %.2f %d %.2f\n", median(one, n), CHECKING, CHECKING * each);
    printf("together %.2f %d %.2f\n", median(four, n), CHECKING, CHECKING * each);
    return fflush(stdout) ? 2 : 0;
}
