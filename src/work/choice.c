#include "work/choice.h"

#include "base/processor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct mine_kernel *mine_kernel_for(unsigned features)
{
    const struct mine_kernel *k = mine_kernels;
    while ((k->needs | k->suits) & ~features)
        k++;
    return k;
}

/* The kernel named by the environment: NULL if it names none, the table's end if the table does not
 * have it. */
static const struct mine_kernel *kernel_named(void)
{
    const char *name = getenv(MINE_KERNEL_VARIABLE);
    const struct mine_kernel *k = mine_kernels;
    while (name && k->name && strcmp(k->name, name) != 0)
        k++;
    return name ? k : NULL;
}

int mine_kernel_asked(struct fault *f)
{
    const struct mine_kernel *k = kernel_named();
    if (!k || (k->name && processor_has(k->needs)))
        return 0;
    return fault_trouble(f,
                         k->name ? MINE_KERNEL_VARIABLE ": this processor cannot run '%s'"
                                 : MINE_KERNEL_VARIABLE ": no kernel '%s'",
                         getenv(MINE_KERNEL_VARIABLE));
}

/* Gives the result of the comparison, NULL before it; stores it if found is given. */
static const struct mine_kernel *kernel_found(const struct mine_kernel *found)
{
    static _Atomic(const struct mine_kernel *) kept;
    if (found)
        atomic_store(&kept, found);
    return atomic_load(&kept);
}

const struct mine_kernel *mine_kernel_best(void)
{
    const struct mine_kernel *k = kernel_named();
    if (k && k->name && processor_has(k->needs))
        return k;
    k = kernel_found(NULL);
    return k ? k : mine_kernel_for(processor_features());
}

/* CPU time of this thread only, so other programs have little effect. */
static int64_t processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds for a few thousand attempts, the best of several tries; a kernel that takes more than
 * four times `bar` gets only one. */
static int64_t time_kernel(const struct mine_kernel *k, int64_t bar)
{
    enum { ATTEMPTS = 2048, TRIES = 5 };
    static const uint8_t target[TARGET_LEN]; /* which no hash meets */
    struct mine_job job;
    size_t seal_len;
    int64_t best = INT64_MAX;
    if (mine_job_init(&job, "", 0, target, &seal_len))
        return best;
    for (int i = 0; i == 0 || (i < TRIES && best / 4 < bar); i++) {
        int64_t start = processor_time();
        k->search(&job, 0, ATTEMPTS);
        int64_t took = processor_time() - start;
        best = took < best ? took : best;
    }
    return best;
}

const struct mine_kernel *mine_kernel_faster(const struct mine_kernel *than)
{
    const struct mine_kernel *fastest = than;
    int64_t least = time_kernel(than, INT64_MAX);
    least -= least / 10;
    for (const struct mine_kernel *k = mine_kernels; k->name; k++) {
        int64_t took = k != than && processor_has(k->needs) ? time_kernel(k, least) : INT64_MAX;
        if (took < least) {
            least = took;
            fastest = k;
        }
    }
    return fastest;
}

const struct mine_kernel *mine_kernel_compare(void)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    const struct mine_kernel *k = mine_kernel_best();
    return kernel_named() || atomic_flag_test_and_set(&begun) ? k
                                                              : kernel_found(mine_kernel_faster(k));
}
