#include "crypto/ed25519.h"

#include "base/processor.h"
#include "crypto/ed25519_avx2.h"
#include "crypto/ed25519_ifma.h"
#include "crypto/ed25519_openssl.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL "PEERUTILS_ED25519_KERNEL"

/* y of the points of order 1, 2, 4 and 8, without the sign bit, except small numbers and p - 1. */
static const uint8_t small_order[2][32] = {
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* Whether bytes 1 to 30 are all x, and the last one is x or x without its sign bit. */
static bool middle_is(const uint8_t point[32], uint8_t x)
{
    for (int i = 1; i < 31; i++)
        if (point[i] != x)
            return false;
    return (point[31] & 0x7f) == (x & 0x7f);
}

/* p is 2^255 - 19, in bytes 0xed 0xff ... 0xff 0x7f. Numbers from p on, and p - 1 (of order 2),
 * begin with 0xec or more. 0 (of order 4) and 1 (of order 1) are the two least numbers. */
bool ed25519_sound(const uint8_t point[32])
{
    if ((point[0] >= 0xec && middle_is(point, 0xff)) || (point[0] <= 1 && middle_is(point, 0)))
        return false;
    for (int i = 0; i < 2; i++)
        if (memcmp(point, small_order[i], 31) == 0 && (point[31] & 0x7f) == small_order[i][31])
            return false;
    return true;
}

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
