#include "crypto/slh_dsa_kernels.h"

#include "base/processor.h"
#include "crypto/sha256_ni.h"

#include <string.h>

/* The first four words of the state are the value. */
static void put_value(struct slh_block *b, const uint32_t state[8])
{
    for (int i = 0; i < SLH_N; i++)
        slh_value(b)[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    b->text[SLH_HASH_AT]++;
}

static void walk_one(struct slh_block *b, int steps)
{
    for (int i = 0; i < steps; i++) {
        uint32_t state[8];
        memcpy(state, b->midstate, sizeof state);
        sha256_compress(state, b->text, 1);
        put_value(b, state);
    }
}

static void compress_one(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    sha256_compress(*states, *chunks, n);
}

#ifdef SHA256_NI
static void walk_ni(struct slh_block *blocks, int steps)
{
    const uint8_t *chunks[SHA256_LANES];
    for (int lane = 0; lane < SHA256_LANES; lane++)
        chunks[lane] = blocks[lane].text;
    for (int i = 0; i < steps; i++) {
        uint32_t states[SHA256_LANES][8];
        for (int lane = 0; lane < SHA256_LANES; lane++)
            memcpy(states[lane], blocks[lane].midstate, sizeof states[lane]);
        sha256_ni_compress_lanes(states, chunks, 1);
        for (int lane = 0; lane < SHA256_LANES; lane++)
            put_value(&blocks[lane], states[lane]);
    }
}
#endif

const struct slh_kernel slh_kernels[] = {
#ifdef SHA256_NI
    {"sha-ni", PROCESSOR_SHA, SHA256_LANES, 2, walk_ni, sha256_ni_compress_lanes},
#endif
    {"portable", 0, 1, 1, walk_one, compress_one},
    {NULL, 0, 0, 0, NULL, NULL},
};
