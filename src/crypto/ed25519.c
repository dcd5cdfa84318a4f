#include "crypto/ed25519.h"

#include "base/processor.h"
#include "crypto/ed25519_avx2.h"
#include "crypto/ed25519_ifma.h"
#include "crypto/ed25519_openssl.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL "PEERUTILS_ED25519_KERNEL"

const struct ed25519_kernel ed25519_kernels[] = {
#ifdef ED25519_IFMA
    {"avx512ifma", PROCESSOR_IFMA, ed25519_ifma_load, ed25519_ifma_check, 8, 64, true},
#endif
#ifdef ED25519_AVX2
    {"avx2", PROCESSOR_AVX2, ed25519_avx2_load, ed25519_avx2_check, 4, 32, true},
#endif
    {"portable", 0, ed25519_openssl_load, ed25519_openssl_check, 1, 4, false},
    {NULL, 0, NULL, NULL, 0, 0, false},
};

/* The kernel of this process, and the reason if there is none. */
struct choice {
    const struct ed25519_kernel *kernel; /* or NULL */
    struct fault trouble;
};

static struct choice *choice(void)
{
    static struct choice chosen;
    return &chosen;
}

/* The kernel with this name, or the best one. */
static const struct ed25519_kernel *find_kernel(const char *name, struct fault *f)
{
    const struct ed25519_kernel *k = ed25519_kernels;
    while (k->name && (name ? strcmp(k->name, name) != 0 : !processor_has(k->needs)))
        k++;
    if (k->name && (!name || processor_has(k->needs)))
        return k;
    fault_trouble(
        f, k->name ? KERNEL ": this processor cannot run '%s'" : KERNEL ": no kernel '%s'", name);
    return NULL;
}

static void choose(void)
{
    struct choice *c = choice();
    const struct ed25519_kernel *k = find_kernel(getenv(KERNEL), &c->trouble);
    if (k && k->load(&c->trouble) == 0)
        c->kernel = k;
}

int ed25519_load(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, choose))
        return fault_trouble(f, "cannot choose how to check signatures");
    if (!choice()->kernel)
        *f = choice()->trouble;
    return choice()->kernel ? 0 : -1;
}

const struct ed25519_kernel *ed25519_chosen(void)
{
    return choice()->kernel;
}

void ed25519_check_all(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    ed25519_chosen()->check(jobs, points, n);
}

int ed25519_check(const uint8_t key[ED25519_KEY_LEN],
                  const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n)
{
    struct sigjob job = {.key = key, .signature = signature, .message = message, .len = n};
    ed25519_check_all(&job, NULL, 1);
    return job.valid ? 1 : job.unknown ? -1 : 0;
}

bool ed25519_verify(const uint8_t key[ED25519_KEY_LEN],
                    const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n)
{
    return ed25519_check(key, signature, message, n) == 1;
}
