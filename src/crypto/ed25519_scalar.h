/* Numbers modulo the order L of Ed25519's group, as 64-bit words, the lowest first. Not
 * constant-time: none of them is secret. */
#ifndef CRYPTO_ED25519_SCALAR_H
#define CRYPTO_ED25519_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

/* Whether s is below L. */
bool scalar_is_below_order(const uint64_t s[4]);

/* x modulo L, from 0 to L - 1. */
void scalar_reduce(const uint64_t x[8], uint64_t out[4]);

#endif
