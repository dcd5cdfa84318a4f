#include "slhdsa/fors.h"
#include "slhdsa/parts.h"
#include "slhdsa/slh_dsa.h"
#include "slhdsa/tree.h"
#include "slhdsa/wots.h"

#include <string.h>

_Static_assert(SLH_DSA_TOGETHER <= (int)SLH_WOTS_MAX && SLH_DSA_TOGETHER <= (int)SLH_FORS_MAX,
               "signatures side by side");

/* A signature under way. */
struct check {
    const struct slh_question *asked;
    uint32_t midstate[8];
    struct slh_fors fors;
    struct slh_leaf leaf; /* of the layer that is reached */
    uint8_t node[SLH_N];  /* what has been computed so far */
};

static void begin(struct check *c, const struct slh_question *q)
{
    uint8_t digest[SLH_DIGEST];
    slh_midstate(q->key, c->midstate);
    slh_digest(q->signature, q->key, q->zeros, q->message, q->len, digest);
    c->asked = q;
    c->fors = (struct slh_fors){c->midstate, slh_place_of(digest)};
    c->leaf = (struct slh_leaf){c->midstate, 0, c->fors.place.tree, c->fors.place.leaf};
}

static void climb_fors(struct check *checks, size_t n)
{
    struct slh_fors keys[SLH_DSA_TOGETHER];
    const uint8_t *signatures[SLH_DSA_TOGETHER];
    uint8_t *nodes[SLH_DSA_TOGETHER];
    for (size_t s = 0; s < n; s++) {
        keys[s] = checks[s].fors;
        signatures[s] = checks[s].asked->signature + SLH_FORS_AT;
        nodes[s] = checks[s].node;
    }
    slh_fors_climb(keys, signatures, n, nodes);
}

/* One turn of algorithm 13's loop: from the value that a layer signs to the root of its tree
 * (algorithm 11). */
static void climb_layer(struct check *checks, size_t n)
{
    struct slh_wots wots[SLH_DSA_TOGETHER];
    struct slh_path paths[SLH_DSA_TOGETHER];
    for (size_t s = 0; s < n; s++) {
        struct check *c = &checks[s];
        const uint8_t *at = c->asked->signature + SLH_LAYERS_AT + c->leaf.layer * SLH_LAYER_LEN;
        wots[s] = (struct slh_wots){c->leaf, at, c->node};
        paths[s] = (struct slh_path){.midstate = c->midstate,
                                     .address = {c->leaf.layer, c->leaf.tree, SLH_TREE, 0, 0, 0},
                                     .index = c->leaf.pair,
                                     .siblings = at + SLH_WOTS_LEN,
                                     .node = c->node};
        slh_leaf_above(&c->leaf);
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
    for (int layer = 0; layer < SLH_LAYERS; layer++)
        climb_layer(checks, n);
    for (size_t i = 0; i < n; i++)
        valid[i] = memcmp(checks[i].node, questions[i].key + SLH_N, SLH_N) == 0;
}

bool slh_dsa_verify(const uint8_t key[SLH_DSA_KEY_LEN],
                    const uint8_t signature[SLH_DSA_SIGNATURE_LEN], const void *message, size_t n)
{
    struct slh_question q = {key, signature, SLH_PURE, message, n};
    bool valid;
    slh_verify_internal(&q, 1, &valid);
    return valid;
}
