/* Ed25519 signatures by AVX-512 IFMA, eight side by side: a row of ed25519.c's table, and what
 * tests ask of its parts. */
#ifndef CRYPTO_ED25519_IFMA_H
#define CRYPTO_ED25519_IFMA_H

#include "crypto/ed25519.h"

#if defined(__x86_64__)
#define ED25519_IFMA 1

/* Whether this processor and system have it. Asks cpuid, which is slow under a hypervisor. */
bool ed25519_ifma_usable(void);

/* Makes a table, once; safe to call from any thread. 0, or -1 and trouble. */
int ed25519_ifma_load(struct fault *f);

/* Answers each of n jobs by the rule of ed25519.h, after
 * ed25519_ifma_load has given 0. Takes no memory but the stack's. */
void ed25519_ifma_check(struct sigjob *jobs, size_t n);

/* For tests: what is done with numbers below 2^255 - 19, as limbs of 51 bits, [limb][lane]. The
 * limbs given are below 2^52 for IFMA_MUL and IFMA_SQUARE, and below 2^51 + 2^14 for others; those
 * of the answer are, too. IFMA_CANONICAL gives the one below 2^255 - 19; IFMA_ROOT a^((p-5)/8). */
enum ifma_operation {
    IFMA_ADD,
    IFMA_SUB,
    IFMA_NEGATE,
    IFMA_MUL,
    IFMA_SQUARE,
    IFMA_INVERT,
    IFMA_ROOT,
    IFMA_CANONICAL,
};
void ed25519_ifma_number(enum ifma_operation op, const uint64_t a[5][8], const uint64_t b[5][8],
                         uint64_t out[5][8]);
#endif

#endif
