/* The Merkle trees of SLH-DSA: those of the hypertree (FIPS 205, section 6) and of FORS (8). */
#ifndef SLHDSA_TREE_H
#define SLHDSA_TREE_H

#include "slhdsa/hash.h"

/* The way from a leaf to its root. */
struct slh_path {
    const uint32_t *midstate;
    struct slh_address address; /* of the tree: its second and third word are filled in */
    uint32_t index;             /* of the leaf, among those of all trees of the address */
    const uint8_t *siblings;    /* a value for each level */
    uint8_t *node;              /* the leaf's value, which the root replaces */
};

enum { SLH_PATHS_MAX = 4 * SLH_FORS_TREES };

/* Computes the roots of at most SLH_PATHS_MAX paths of the same height, side by side (algorithm 11,
 * lines 8 to 18; algorithm 17, lines 8 to 18). */
void slh_climb(struct slh_path *paths, size_t n, int height);

/* A whole tree. */
struct slh_tree {
    const uint32_t *midstate;
    struct slh_address address; /* its second and third word are filled in */
    int height;
    uint32_t first; /* the first leaf's number among those of all trees of the address */
    uint8_t *nodes; /* the values of its leaves, one after another */
};

/* Computes the root, which becomes the first node; the other nodes are lost. Writes the siblings on
 * the path from leaf `index`, counted in this tree, at siblings (algorithms 9 and 15). */
void slh_fold(struct slh_tree *tree, uint32_t index, uint8_t *siblings);

#endif
