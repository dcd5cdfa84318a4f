#include "crypto/slh_dsa.h"
#include "crypto/slh_dsa_parts.h"
#include "crypto/slh_dsa_tree.h"
#include "crypto/slh_dsa_wots.h"

#include "base/hex.h"

#include <string.h>

/* A signature: R, for each FORS tree a leaf's secret and its path, for each layer a one-time
 * signature and a path (FIPS 205, figure 17). */
enum {
    FORS_AT = SLH_N,
    FORS_LEN = (1 + SLH_FORS_HEIGHT) * SLH_N,
    LAYERS_AT = FORS_AT + SLH_FORS_TREES * FORS_LEN,
    WOTS_LEN = SLH_CHAINS * SLH_N,
    LAYER_LEN = WOTS_LEN + SLH_HEIGHT * SLH_N,
};
_Static_assert(LAYERS_AT + SLH_LAYERS * LAYER_LEN == SLH_DSA_SIGNATURE_LEN, "table 2 of FIPS 205");
_Static_assert((int)SLH_DSA_TOGETHER <= (int)SLH_WOTS_MAX, "side by side");
_Static_assert(SLH_DSA_TOGETHER *SLH_FORS_TREES <= SLH_PATHS_MAX, "side by side");

/* A signature under way. */
struct check {
    const uint8_t *signature, *root;
    uint32_t midstate[8];
    struct slh_place place;
    uint8_t node[SLH_N]; /* what has been computed so far */
};

static void begin(struct check *c, const struct slh_question *q)
{
    uint8_t digest[SLH_DIGEST];
    c->signature = q->signature;
    c->root = q->key + SLH_N;
    slh_midstate(q->key, c->midstate);
    slh_digest(q->signature, q->key, q->zeros, q->message, q->len, digest);
    c->place = slh_place_of(digest);
}

static void fors_leaf(struct check *c, uint32_t tree, struct slh_block *b, struct slh_path *path)
{
    const uint8_t *secret = c->signature + FORS_AT + tree * FORS_LEN;
    *path = (struct slh_path){
        .midstate = c->midstate,
        .address = {0, c->place.tree, SLH_FORS_TREE, c->place.leaf, 0, 0},
        .index = tree * SLH_FORS_LEAVES + c->place.indices[tree],
        .siblings = secret + SLH_N,
        .node = slh_value(b),
    };
    path->address.third = path->index;
    slh_block_make(b, c->midstate, &path->address, secret, SLH_N);
}

/* Algorithm 17, for several signatures. */
static void climb_fors(struct check *checks, size_t n)
{
    struct slh_block leaves[SLH_PATHS_MAX];
    struct slh_path paths[SLH_PATHS_MAX];
    struct slh_long roots[SLH_DSA_TOGETHER];
    uint8_t *outs[SLH_DSA_TOGETHER];
    size_t all = n * SLH_FORS_TREES;
    for (size_t i = 0; i < all; i++)
        fors_leaf(&checks[i / SLH_FORS_TREES], (uint32_t)(i % SLH_FORS_TREES), &leaves[i],
                  &paths[i]);
    slh_walk(leaves, all, 1);
    slh_climb(paths, all, SLH_FORS_HEIGHT);
    for (size_t s = 0; s < n; s++) {
        struct check *c = &checks[s];
        struct slh_address a = {0, c->place.tree, SLH_FORS_ROOTS, c->place.leaf, 0, 0};
        uint8_t *values = slh_long_begin(&roots[s], c->midstate, &a, SLH_FORS_TREES);
        for (size_t i = 0; i < SLH_FORS_TREES; i++)
            memcpy(values + SLH_N * i, paths[SLH_FORS_TREES * s + i].node, SLH_N);
        outs[s] = c->node;
    }
    slh_long_hash(roots, n, SLH_FORS_TREES, outs);
}

/* One turn of algorithm 13's loop: from the value that a layer signs to the root of its tree
 * (algorithm 11). */
static void climb_layer(struct check *checks, size_t n, uint8_t layer)
{
    struct slh_wots wots[SLH_DSA_TOGETHER];
    struct slh_path paths[SLH_DSA_TOGETHER];
    for (size_t s = 0; s < n; s++) {
        struct check *c = &checks[s];
        const uint8_t *at = c->signature + LAYERS_AT + layer * LAYER_LEN;
        wots[s] = (struct slh_wots){c->midstate, layer, c->place.tree, c->place.leaf, at, c->node};
        paths[s] = (struct slh_path){.midstate = c->midstate,
                                     .address = {layer, c->place.tree, SLH_TREE, 0, 0, 0},
                                     .index = c->place.leaf,
                                     .siblings = at + WOTS_LEN,
                                     .node = c->node};
        c->place.leaf = c->place.tree % SLH_LEAVES;
        c->place.tree >>= SLH_HEIGHT;
    }
    slh_wots_climb(wots, n);
    slh_climb(paths, n, SLH_HEIGHT);
}

void slh_verify_internal(const struct slh_question *questions, size_t n, bool *valid)
{
    struct check checks[SLH_DSA_TOGETHER];
    for (size_t i = 0; i < n; i++)
        begin(&checks[i], &questions[i]);
    climb_fors(checks, n);
    for (uint8_t layer = 0; layer < SLH_LAYERS; layer++)
        climb_layer(checks, n, layer);
    for (size_t i = 0; i < n; i++)
        valid[i] = memcmp(checks[i].node, checks[i].root, SLH_N) == 0;
}

bool slh_dsa_verify(const uint8_t key[SLH_DSA_KEY_LEN],
                    const uint8_t signature[SLH_DSA_SIGNATURE_LEN], const void *message, size_t n)
{
    struct slh_question q = {key, signature, SLH_PURE, message, n};
    bool valid;
    slh_verify_internal(&q, 1, &valid);
    return valid;
}

void slh_dsa_check_all(struct sigjob *jobs, size_t n)
{
    uint8_t signatures[SLH_DSA_TOGETHER][SLH_DSA_SIGNATURE_LEN];
    struct slh_question questions[SLH_DSA_TOGETHER];
    struct sigjob *asked[SLH_DSA_TOGETHER];
    bool valid[SLH_DSA_TOGETHER];
    size_t i = 0;
    while (i < n) {
        size_t together = 0;
        for (; i < n && together < SLH_DSA_TOGETHER; i++) {
            struct sigjob *job = &jobs[i];
            job->valid = job->unknown = false;
            if (hex_decode(signatures[together], (const char *)job->signature,
                           SLH_DSA_SIGNATURE_LEN))
                continue;
            questions[together] = (struct slh_question){job->key, signatures[together], SLH_PURE,
                                                        job->message, job->len};
            asked[together++] = job;
        }
        slh_verify_internal(questions, together, valid);
        for (size_t j = 0; j < together; j++)
            asked[j]->valid = valid[j];
    }
}
