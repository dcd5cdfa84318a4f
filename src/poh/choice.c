#include "poh/choice.h"

#include "base/processor.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 3, TRIED_STEPS = 1000, RATED_STEPS = 20000 };

/* CPU time of this thread only, so other programs have little effect. */
static int64_t processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds for n steps of all its lanes: the best of several tries. */
static int64_t time_kernel(const struct poh_kernel *k, uint64_t n)
{
    struct poh_hash chains[POH_LANES_MAX] = {0};
    int64_t best = INT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        int64_t begin = processor_time();
        k->steps(chains, n);
        int64_t took = processor_time() - begin;
        best = took < best ? took : best;
    }
    return best;
}

/* How often the kernel must run for so many chains. */
static int turns(const struct poh_kernel *k, int chains)
{
    return (chains + k->lanes - 1) / k->lanes;
}

static void compare(struct poh_choice *c)
{
    int64_t least[POH_LANES_MAX + 1];
    for (int n = 0; n <= POH_LANES_MAX; n++)
        least[n] = INT64_MAX;
    for (const struct poh_kernel *k = poh_kernels; k->name; k++) {
        int64_t took = processor_has(k->needs) ? time_kernel(k, TRIED_STEPS) : INT64_MAX;
        for (int n = 0; took < INT64_MAX && n <= POH_LANES_MAX; n++)
            if (turns(k, n) * took < least[n]) {
                least[n] = turns(k, n) * took;
                c->kernels[n] = k;
            }
    }
}

int poh_choose(struct poh_choice *c, struct fault *f)
{
    const char *name = getenv(POH_KERNEL_VARIABLE);
    const struct poh_kernel *k = poh_kernels;
    if (!name) {
        compare(c);
        return 0;
    }
    while (k->name && strcmp(k->name, name) != 0)
        k++;
    if (!k->name || !processor_has(k->needs))
        return fault_trouble(f,
                             k->name ? POH_KERNEL_VARIABLE ": this processor cannot run '%s'"
                                     : POH_KERNEL_VARIABLE ": no kernel '%s'",
                             name);
    for (int n = 0; n <= POH_LANES_MAX; n++)
        c->kernels[n] = k;
    return 0;
}

void poh_run(const struct poh_choice *c, struct poh_hash *chains, int count, uint64_t n)
{
    const struct poh_kernel *k = c->kernels[count];
    for (int at = 0; at < count; at += k->lanes) {
        struct poh_hash group[POH_LANES_MAX] = {0};
        int here = count - at < k->lanes ? count - at : k->lanes;
        memcpy(group, chains + at, (size_t)here * sizeof *group);
        k->steps(group, n);
        memcpy(chains + at, group, (size_t)here * sizeof *group);
    }
}

double poh_rate(const struct poh_choice *c)
{
    return RATED_STEPS * 1e9 / (double)time_kernel(c->kernels[1], RATED_STEPS);
}
