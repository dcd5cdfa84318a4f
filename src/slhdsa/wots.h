/* WOTS+, the one-time signatures of SLH-DSA (FIPS 205, section 5). */
#ifndef SLHDSA_WOTS_H
#define SLHDSA_WOTS_H

#include "slhdsa/hash.h"

/* A one-time key: a leaf of a tree of the hypertree. */
struct slh_leaf {
    const uint32_t *midstate;
    uint8_t layer;
    uint64_t tree;
    uint32_t pair; /* its number in the tree */
};

/* From a leaf to the one in the layer above whose key signs the root of its tree. */
static inline void slh_leaf_above(struct slh_leaf *leaf)
{
    leaf->layer++;
    leaf->pair = leaf->tree % SLH_LEAVES;
    leaf->tree >>= SLH_HEIGHT;
}

/* A one-time signature of a value. */
struct slh_wots {
    struct slh_leaf leaf;
    const uint8_t *signature; /* SLH_CHAINS values */
    uint8_t *node;            /* the value, which the public key replaces */
};

enum { SLH_WOTS_MAX = 4 };

/* Computes the public keys of at most SLH_WOTS_MAX signatures, side by side (algorithm 8). */
void slh_wots_climb(const struct slh_wots *signatures, size_t n);

/* Signs a value: SLH_CHAINS values at signature (algorithm 7). seed: SK.seed. */
void slh_wots_sign(const struct slh_leaf *leaf, const uint8_t seed[SLH_N],
                   const uint8_t value[SLH_N], uint8_t *signature);

/* The public keys of SLH_LEAVES_TOGETHER leaves from this one on (algorithm 6), one after another
 * at nodes. */
enum { SLH_LEAVES_TOGETHER = 16 };
void slh_wots_leaves(const struct slh_leaf *first, const uint8_t seed[SLH_N], uint8_t *nodes);

#endif
