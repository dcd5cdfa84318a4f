/* Numbers modulo the order L of Ed25519's group, as words of 64 bits, the lowest first. Not in
 * constant time: they never are secrets here. */
#ifndef CRYPTO_ED25519_SCALAR_H
#define CRYPTO_ED25519_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

/* Whether s is below L. */
bool scalar_is_below_order(const uint64_t s[4]);

/* The one number below L that x is. */
void scalar_reduce(const uint64_t x[8], uint64_t out[4]);

#endif
