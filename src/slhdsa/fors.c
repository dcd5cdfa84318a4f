#include "slhdsa/fors.h"

#include "slhdsa/tree.h"

#include <string.h>

enum { LEN = (1 + SLH_FORS_HEIGHT) * SLH_N }; /* of a tree's part of the signature */
_Static_assert(SLH_FORS_MAX *SLH_FORS_TREES <= SLH_PATHS_MAX, "paths side by side");

static struct slh_address address_of(const struct slh_fors *key, enum slh_kind kind)
{
    return (struct slh_address){0, key->place.tree, kind, key->place.leaf, 0, 0};
}

/* --- Verifying -------------------------------------------------------------------------------- */

static void begin_path(const struct slh_fors *key, uint32_t tree, const uint8_t *signature,
                       struct slh_block *leaf, struct slh_path *path)
{
    *path = (struct slh_path){
        .midstate = key->midstate,
        .address = address_of(key, SLH_FORS_TREE),
        .index = tree * SLH_FORS_LEAVES + key->place.indices[tree],
        .siblings = signature + tree * LEN + SLH_N,
        .node = slh_value(leaf),
    };
    path->address.third = path->index;
    slh_block_make(leaf, key->midstate, &path->address, signature + tree * LEN, SLH_N);
}

void slh_fors_climb(const struct slh_fors *keys, const uint8_t *const *signatures, size_t n,
                    uint8_t *const *nodes)
{
    struct slh_block leaves[SLH_PATHS_MAX];
    struct slh_path paths[SLH_PATHS_MAX];
    size_t all = n * SLH_FORS_TREES;
    for (size_t i = 0; i < all; i++) {
        size_t s = i / SLH_FORS_TREES;
        begin_path(&keys[s], (uint32_t)(i % SLH_FORS_TREES), signatures[s], &leaves[i], &paths[i]);
    }
    slh_walk(leaves, all, 1);
    slh_climb(paths, all, SLH_FORS_HEIGHT);
    for (size_t s = 0; s < n; s++) {
        uint8_t roots[SLH_FORS_TREES * SLH_N];
        for (size_t i = 0; i < SLH_FORS_TREES; i++)
            memcpy(roots + SLH_N * i, paths[SLH_FORS_TREES * s + i].node, SLH_N);
        slh_fors_root(&keys[s], roots, nodes[s]);
    }
}

void slh_fors_root(const struct slh_fors *key, const uint8_t *roots, uint8_t node[SLH_N])
{
    struct slh_long text;
    struct slh_address a = address_of(key, SLH_FORS_ROOTS);
    memcpy(slh_long_begin(&text, key->midstate, &a, SLH_FORS_TREES), roots, SLH_FORS_TREES * SLH_N);
    slh_long_hash(&text, 1, SLH_FORS_TREES, &node);
}

/* --- Signing ---------------------------------------------------------------------------------- */

enum { TOGETHER = 16 };

/* The leaves from `first` on, and in them the secret of leaf `index`, if it is among them. */
static void make_leaves(const struct slh_fors *key, const uint8_t seed[SLH_N], uint32_t first,
                        uint32_t index, uint8_t *secret, uint8_t *nodes)
{
    struct slh_block blocks[TOGETHER];
    struct slh_address a = address_of(key, SLH_FORS_PRF);
    for (uint32_t i = 0; i < TOGETHER; i++) {
        a.third = first + i;
        slh_block_make(&blocks[i], key->midstate, &a, seed, SLH_N);
    }
    slh_walk(blocks, TOGETHER, 1);
    if (index - first < TOGETHER)
        memcpy(secret, slh_value(&blocks[index - first]), SLH_N);
    for (uint32_t i = 0; i < TOGETHER; i++) {
        blocks[i].text[SLH_KIND_AT] = SLH_FORS_TREE;
        blocks[i].text[SLH_HASH_AT]--; /* the index, to which the step added 1 */
    }
    slh_walk(blocks, TOGETHER, 1);
    for (uint32_t i = 0; i < TOGETHER; i++)
        memcpy(nodes + SLH_N * i, slh_value(&blocks[i]), SLH_N);
    explicit_bzero(blocks, sizeof blocks);
}

void slh_fors_sign(const struct slh_fors *key, const uint8_t seed[SLH_N], uint32_t tree,
                   uint8_t *signature, uint8_t root[SLH_N])
{
    uint8_t nodes[SLH_FORS_LEAVES * SLH_N];
    struct slh_tree t = {.midstate = key->midstate,
                         .address = address_of(key, SLH_FORS_TREE),
                         .height = SLH_FORS_HEIGHT,
                         .first = tree * SLH_FORS_LEAVES,
                         .nodes = nodes};
    uint32_t index = key->place.indices[tree];
    for (uint32_t i = 0; i < SLH_FORS_LEAVES; i += TOGETHER)
        make_leaves(key, seed, t.first + i, t.first + index, signature, nodes + SLH_N * i);
    slh_fold(&t, index, signature + SLH_N);
    memcpy(root, nodes, SLH_N);
}
