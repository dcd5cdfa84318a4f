#include "base/workers.h"
#include "slhdsa/fors.h"
#include "slhdsa/parts.h"
#include "slhdsa/tree.h"
#include "slhdsa/wots.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { SEED_AT = 0, PRF_AT = SLH_N, PUBLIC_AT = 2 * SLH_N, THREADS_MAX = 16 };

/* --- Randomness ------------------------------------------------------------------------------- */

/* PRF_msg (11.2.1): HMAC-SHA-256 (RFC 2104) under SK.prf of opt_rand, which is PK.seed here, and
 * the message. */
static void randomize(const uint8_t *secret, size_t zeros, const void *message, size_t n,
                      uint8_t r[SLH_N])
{
    static const uint8_t nought[SLH_PURE] = {0};
    uint8_t pad[SHA256_CHUNK], hash[SHA256_LEN];
    struct sha256 h;
    memset(pad, 0x36, sizeof pad);
    for (int i = 0; i < SLH_N; i++)
        pad[i] ^= secret[PRF_AT + i];
    sha256_init(&h);
    sha256_update(&h, pad, sizeof pad);
    sha256_update(&h, secret + PUBLIC_AT, SLH_N);
    sha256_update(&h, nought, zeros);
    sha256_update(&h, message, n);
    sha256_final(&h, hash);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha256_init(&h);
    sha256_update(&h, pad, sizeof pad);
    sha256_update(&h, hash, sizeof hash);
    sha256_final(&h, hash);
    memcpy(r, hash, SLH_N);
    explicit_bzero(pad, sizeof pad);
    explicit_bzero(&h, sizeof h);
}

/* --- Trees, on several threads ---------------------------------------------------------------- */

/* A signature under way. Which trees it needs is known from the digest, so all of their leaves are
 * computed at once: tasks, in any order. */
struct signing {
    const uint8_t *secret;
    uint32_t midstate[8];
    struct slh_fors fors;
    struct slh_leaf leaves[SLH_LAYERS]; /* of each layer, the one that signs */
    uint8_t fors_roots[SLH_FORS_TREES * SLH_N];
    uint8_t nodes[SLH_LAYERS][SLH_LEAVES * SLH_N];
    uint8_t *signature;
    atomic_uint next_task;
};

enum {
    GROUPS = SLH_LEAVES / SLH_LEAVES_TOGETHER, /* in a tree of the hypertree */
    TASKS = SLH_LAYERS * GROUPS + SLH_FORS_TREES,
};

static void make_group(const struct slh_leaf *leaf, const uint8_t *seed, unsigned group,
                       uint8_t *nodes)
{
    struct slh_leaf first = *leaf;
    first.pair = group * SLH_LEAVES_TOGETHER;
    slh_wots_leaves(&first, seed, nodes + first.pair * SLH_N);
}

/* The FORS trees come first, since each is a larger task. */
static void do_task(struct signing *s, unsigned task)
{
    if (task < SLH_FORS_TREES) {
        slh_fors_sign(&s->fors, s->secret + SEED_AT, task,
                      s->signature + SLH_FORS_AT + task * SLH_FORS_LEN,
                      s->fors_roots + task * SLH_N);
    } else {
        unsigned layer = (task - SLH_FORS_TREES) / GROUPS;
        make_group(&s->leaves[layer], s->secret + SEED_AT, (task - SLH_FORS_TREES) % GROUPS,
                   s->nodes[layer]);
    }
}

/* What functions that have returned left on the stack: secrets of chains, in the words of states.
 */
__attribute__((noinline)) static void wipe_stack(void)
{
    uint8_t left[16384];
    explicit_bzero(left, sizeof left);
}

static void *do_tasks(void *self)
{
    struct signing *s = self;
    unsigned task;
    while ((task = atomic_fetch_add(&s->next_task, 1)) < TASKS)
        do_task(s, task);
    wipe_stack();
    return NULL;
}

/* Fewer threads, if no more can be started, do all of it. */
static void do_all_tasks(struct signing *s, int threads)
{
    pthread_t others[THREADS_MAX];
    int wanted = (threads < THREADS_MAX ? threads : THREADS_MAX) - 1;
    int started = workers_start(others, wanted, do_tasks, s);
    do_tasks(s);
    for (int i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

/* --- Signing ---------------------------------------------------------------------------------- */

static struct slh_tree tree_of(const struct slh_leaf *leaf, uint8_t *nodes)
{
    return (struct slh_tree){.midstate = leaf->midstate,
                             .address = {leaf->layer, leaf->tree, SLH_TREE, 0, 0, 0},
                             .height = SLH_HEIGHT,
                             .nodes = nodes};
}

/* Algorithm 12, when all leaves are there: each layer signs the root of the one below it. */
static void sign_layers(struct signing *s)
{
    uint8_t node[SLH_N];
    slh_fors_root(&s->fors, s->fors_roots, node);
    for (int layer = 0; layer < SLH_LAYERS; layer++) {
        uint8_t *at = s->signature + SLH_LAYERS_AT + layer * SLH_LAYER_LEN;
        const struct slh_leaf *leaf = &s->leaves[layer];
        struct slh_tree tree = tree_of(leaf, s->nodes[layer]);
        slh_wots_sign(leaf, s->secret + SEED_AT, node, at);
        slh_fold(&tree, leaf->pair, at + SLH_WOTS_LEN);
        memcpy(node, tree.nodes, SLH_N);
    }
}

void slh_sign_internal(const uint8_t secret[SLH_DSA_SECRET_LEN], size_t zeros, const void *message,
                       size_t n, int threads, uint8_t signature[SLH_DSA_SIGNATURE_LEN])
{
    struct signing s = {.secret = secret, .signature = signature};
    uint8_t digest[SLH_DIGEST];
    slh_midstate(secret + PUBLIC_AT, s.midstate);
    randomize(secret, zeros, message, n, signature);
    slh_digest(signature, secret + PUBLIC_AT, zeros, message, n, digest);
    s.fors = (struct slh_fors){s.midstate, slh_place_of(digest)};
    struct slh_leaf leaf = {s.midstate, 0, s.fors.place.tree, s.fors.place.leaf};
    for (int layer = 0; layer < SLH_LAYERS; layer++, slh_leaf_above(&leaf))
        s.leaves[layer] = leaf;
    do_all_tasks(&s, threads);
    sign_layers(&s);
    wipe_stack();
}

void slh_dsa_sign(const uint8_t secret[SLH_DSA_SECRET_LEN], const void *message, size_t n,
                  uint8_t signature[SLH_DSA_SIGNATURE_LEN])
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    slh_sign_internal(secret, SLH_PURE, message, n, processors > 0 ? (int)processors : 1,
                      signature);
}

void slh_dsa_complete(uint8_t secret[SLH_DSA_SECRET_LEN])
{
    uint8_t nodes[SLH_LEAVES * SLH_N], siblings[SLH_HEIGHT * SLH_N];
    uint32_t midstate[8];
    struct slh_leaf leaf = {midstate, SLH_LAYERS - 1, 0, 0};
    slh_midstate(secret + PUBLIC_AT, midstate);
    for (unsigned group = 0; group < GROUPS; group++)
        make_group(&leaf, secret + SEED_AT, group, nodes);
    struct slh_tree tree = tree_of(&leaf, nodes);
    slh_fold(&tree, 0, siblings);
    memcpy(secret + PUBLIC_AT + SLH_N, tree.nodes, SLH_N);
    wipe_stack();
}
