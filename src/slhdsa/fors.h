/* FORS, the few-time signatures of SLH-DSA (FIPS 205, section 8). */
#ifndef SLHDSA_FORS_H
#define SLHDSA_FORS_H

#include "slhdsa/hash.h"

/* A key: it belongs to a leaf of the lowest layer. */
struct slh_fors {
    const uint32_t *midstate;
    struct slh_place place; /* and what it signs: an index for each tree */
};

enum { SLH_FORS_MAX = 4 };

/* Computes the public keys of at most SLH_FORS_MAX signatures, side by side (algorithm 17).
 * signatures[i] is where the i-th is; nodes[i], where its public key goes. */
void slh_fors_climb(const struct slh_fors *keys, const uint8_t *const *signatures, size_t n,
                    uint8_t *const *nodes);

/* Signs with one of the trees (algorithm 16): the secret of the leaf and the siblings on its path
 * go to signature; the root, which slh_fors_root makes one value of, to root. seed: SK.seed. */
void slh_fors_sign(const struct slh_fors *key, const uint8_t seed[SLH_N], uint32_t tree,
                   uint8_t *signature, uint8_t root[SLH_N]);

/* The public key of SLH_FORS_TREES roots. */
void slh_fors_root(const struct slh_fors *key, const uint8_t *roots, uint8_t node[SLH_N]);

#endif
