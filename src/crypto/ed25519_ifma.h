/* Ed25519 signatures by AVX-512 IFMA, eight side by side: a row of ed25519.c's table, and parts
 * that the tests check. */
#ifndef CRYPTO_ED25519_IFMA_H
#define CRYPTO_ED25519_IFMA_H

#include "crypto/ed25519.h"
#include "crypto/ed25519_parts.h"

#if defined(__x86_64__)
#define ED25519_IFMA 1

/* All functions below need a processor with PROCESSOR_IFMA. This one makes a table, once; safe to
 * call from any thread. 0, or -1 and trouble. */
int ed25519_ifma_load(struct fault *f);

/* Answers each of n jobs by the rule of ed25519.h. ed25519_ifma_load must have succeeded. Allocates
 * no memory. */
void ed25519_ifma_check(struct sigjob *jobs, struct ed25519_point *points, size_t n);

extern const struct ed25519_parts ed25519_ifma_parts;
#endif

#endif
