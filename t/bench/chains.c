/*
 * chains ROUNDS: how fast each kernel of poh does the steps of its chains, on one core, in turn. A
 * line of output is
 *
 *     LABEL<tab>RATE
 *
 * the median of the rounds, in steps a second of the processor's time, of all chains of the kernel
 * together: `one KERNEL`, `some KERNEL` for a kernel with several chains, and `limit sha256rnds2`:
 * the 64 instructions of a step's rounds, each waiting for the one before it, and nothing else.
 */
#include "base/processor.h"
#include "poh/kernel.h"

#include <err.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TASKS_MAX = 16, ROUNDS_MAX = 1000, STEPS = 100000 };

struct task {
    const struct poh_kernel *kernel; /* NULL: the limit */
    double rates[ROUNDS_MAX];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#if defined(__x86_64__)
enum { HAS_LIMIT = 1 };

__attribute__((target("sha"))) static void rounds_alone(void)
{
    __m128i abef = _mm_setzero_si128(), cdgh = abef, wk = abef;
    for (int i = 0; i < STEPS; i++)
#pragma GCC unroll 32
        for (int j = 0; j < 32; j++) {
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, wk);
        }
    volatile int used = _mm_cvtsi128_si32(abef);
    (void)used;
}
#else
enum { HAS_LIMIT = 0 };

static void rounds_alone(void)
{
}
#endif

static double rate_of(const struct task *t)
{
    struct poh_hash chains[POH_LANES_MAX] = {0};
    double begin = now();
    if (t->kernel)
        t->kernel->steps(chains, STEPS);
    else
        rounds_alone();
    return STEPS * (t->kernel ? t->kernel->lanes : 1) / (now() - begin);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct task tasks[TASKS_MAX];
    int count = 0, rounds = argc == 2 ? atoi(argv[1]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        errx(2, "usage: chains ROUNDS");
    for (const struct poh_kernel *k = poh_kernels; k->name && count < TASKS_MAX - 1; k++)
        if (processor_has(k->needs))
            tasks[count++].kernel = k;
    if (HAS_LIMIT && processor_has(PROCESSOR_SHA))
        count++;
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            tasks[i].rates[round] = rate_of(&tasks[i]);
    for (int i = 0; i < count; i++) {
        const struct poh_kernel *k = tasks[i].kernel;
        qsort(tasks[i].rates, (size_t)rounds, sizeof(double), by_size);
        printf("%s %s\t%.0f\n",
               !k             ? "limit"
               : k->lanes > 1 ? "some"
                              : "one",
               k ? k->name : "sha256rnds2", tasks[i].rates[rounds / 2]);
    }
    return fflush(stdout) ? 2 : 0;
}
