#include "slhdsa/hash.h"

#include "base/processor.h"
#include "slhdsa/kernels.h"

#include <string.h>

/* --- Texts ------------------------------------------------------------------------------------ */

static void store_be(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

void slh_midstate(const uint8_t seed[SLH_N], uint32_t midstate[8])
{
    uint8_t chunk[SHA256_CHUNK] = {0};
    struct sha256 h;
    memcpy(chunk, seed, SLH_N);
    sha256_init(&h);
    sha256_update(&h, chunk, sizeof chunk);
    memcpy(midstate, h.state, sizeof h.state);
}

/* ADRSc, the compressed address (11.2). */
static void put_address(uint8_t out[SLH_ADDRESS], const struct slh_address *a)
{
    out[0] = a->layer;
    store_be(out + 1, (uint32_t)(a->tree >> 32));
    store_be(out + 5, (uint32_t)a->tree);
    out[SLH_KIND_AT] = (uint8_t)a->kind;
    store_be(out + 10, a->pair);
    store_be(out + 14, a->second);
    store_be(out + 18, a->third);
}

/* Pads a text of n bytes that follows the chunk of PK.seed, up to `padded` bytes. */
static void pad(uint8_t *text, size_t n, size_t padded)
{
    text[n] = 0x80;
    memset(text + n + 1, 0, padded - n - 1 - 4);
    store_be(text + padded - 4, (uint32_t)(8 * (SHA256_CHUNK + n)));
}

void slh_block_make(struct slh_block *b, const uint32_t *midstate, const struct slh_address *a,
                    const uint8_t *values, size_t len)
{
    b->midstate = midstate;
    put_address(b->text, a);
    memcpy(slh_value(b), values, len);
    pad(b->text, SLH_ADDRESS + len, sizeof b->text);
}

static size_t long_chunks(size_t values)
{
    return (SLH_ADDRESS + values * SLH_N + 8) / SHA256_CHUNK + 1;
}

uint8_t *slh_long_begin(struct slh_long *t, const uint32_t *midstate, const struct slh_address *a,
                        size_t values)
{
    t->midstate = midstate;
    put_address(t->text, a);
    pad(t->text, SLH_ADDRESS + values * SLH_N, long_chunks(values) * SHA256_CHUNK);
    return t->text + SLH_ADDRESS;
}

/* --- Side by side ----------------------------------------------------------------------------- */

/* Walks fewer blocks than the kernel has lanes: the others are copies of one of them. */
static void walk_few(const struct slh_kernel *k, struct slh_block *blocks, size_t n, int steps)
{
    struct slh_block full[SLH_LANES_MAX];
    memcpy(full, blocks, n * sizeof *blocks);
    for (size_t i = n; i < k->lanes; i++)
        full[i] = blocks[0];
    k->walk(full, steps);
    memcpy(blocks, full, n * sizeof *blocks);
    explicit_bzero(full, sizeof full); /* of signing, perhaps */
}

static bool suits(const struct slh_kernel *k, int steps)
{
    return processor_has(k->needs) && !(processor_features() & k->spare) && steps >= k->steps;
}

void slh_walk(struct slh_block *blocks, size_t n, int steps)
{
    for (const struct slh_kernel *k = slh_kernels; n; k++) {
        if (!suits(k, steps))
            continue;
        for (; n >= k->lanes; n -= k->lanes, blocks += k->lanes)
            k->walk(blocks, steps);
        if (n && n >= k->least) {
            walk_few(k, blocks, n, steps);
            return;
        }
    }
}

/* T_l of at most as many texts as the kernel has lanes. */
static void hash_few(const struct slh_kernel *k, const struct slh_long *texts, size_t n,
                     size_t chunks, uint8_t *const *outs)
{
    uint32_t states[SLH_LANES_MAX][8];
    const uint8_t *at[SLH_LANES_MAX];
    for (size_t i = 0; i < k->lanes; i++) {
        const struct slh_long *t = &texts[i < n ? i : 0];
        memcpy(states[i], t->midstate, sizeof states[i]);
        at[i] = t->text;
    }
    k->compress(states, at, chunks);
    for (size_t i = 0; i < n; i++)
        for (int word = 0; word < 4; word++)
            store_be(outs[i] + 4 * word, states[i][word]);
}

void slh_long_hash(const struct slh_long *texts, size_t n, size_t values, uint8_t *const *outs)
{
    for (const struct slh_kernel *k = slh_kernels; n; k++) {
        while (suits(k, 1) && n && n >= k->least) {
            size_t few = n < k->lanes ? n : k->lanes;
            hash_few(k, texts, few, long_chunks(values), outs);
            texts += few;
            outs += few;
            n -= few;
        }
    }
}

/* --- Messages --------------------------------------------------------------------------------- */

/* MGF1-SHA-256(R || PK.seed || SHA-256(R || PK.seed || PK.root || M'), m): its first hash, since m
 * is less than that is long. */
void slh_digest(const uint8_t r[SLH_N], const uint8_t key[2 * SLH_N], size_t zeros,
                const void *message, size_t n, uint8_t digest[SLH_DIGEST])
{
    static const uint8_t nought[4] = {0};
    uint8_t inner[SHA256_LEN];
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, r, SLH_N);
    sha256_update(&h, key, 2 * SLH_N);
    sha256_update(&h, nought, zeros);
    sha256_update(&h, message, n);
    sha256_final(&h, inner);
    sha256_init(&h);
    sha256_update(&h, r, SLH_N);
    sha256_update(&h, key, SLH_N);
    sha256_update(&h, inner, sizeof inner);
    sha256_update(&h, nought, sizeof nought); /* MGF1's counter */
    sha256_final(&h, inner);
    memcpy(digest, inner, SLH_DIGEST);
}

/* The FORS indices are the first 21 bytes, of 12 bits each; the tree is the last 54 bits of the
 * next seven; the leaf, the last nine of the last two. */
struct slh_place slh_place_of(const uint8_t digest[SLH_DIGEST])
{
    struct slh_place p = {.leaf = (digest[28] & 1U) << 8 | digest[29]};
    for (int i = 0; i < SLH_FORS_TREES; i += 2) {
        const uint8_t *d = digest + 3 * i / 2;
        p.indices[i] = (unsigned)d[0] << 4 | d[1] >> 4;
        p.indices[i + 1] = (d[1] & 15U) << 8 | d[2];
    }
    for (int i = 21; i < 28; i++)
        p.tree = p.tree << 8 | digest[i];
    p.tree &= ((uint64_t)1 << 54) - 1;
    return p;
}
