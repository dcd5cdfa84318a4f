/* WOTS+, the one-time signatures of SLH-DSA (FIPS 205, section 5). */
#ifndef CRYPTO_SLH_DSA_WOTS_H
#define CRYPTO_SLH_DSA_WOTS_H

#include "crypto/slh_dsa_hash.h"

/* The digits of a value and of its checksum: how far along each chain its signature is (algorithm
 * 7, lines 1 to 7). */
void slh_wots_digits(const uint8_t value[SLH_N], uint8_t digits[SLH_CHAINS]);

/* A one-time signature of a value. */
struct slh_wots {
    const uint32_t *midstate;
    uint8_t layer;
    uint64_t tree;
    uint32_t pair;            /* its leaf in the tree */
    const uint8_t *signature; /* SLH_CHAINS values */
    uint8_t *node;            /* the value, which the public key replaces */
};

enum { SLH_WOTS_MAX = 4 };

/* Computes the public keys of at most SLH_WOTS_MAX signatures, side by side (algorithm 8). */
void slh_wots_climb(const struct slh_wots *signatures, size_t n);

#endif
