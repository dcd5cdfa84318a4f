#include "slhdsa/kernels.h"

#include "base/processor.h"
#include "hash/sha256_ni.h"

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

enum { MIXED = PROCESSOR_SHA | PROCESSOR_AVX512 | PROCESSOR_MIXES_SHA };

const struct slh_kernel slh_kernels[] = {
#ifdef SLH_AVX
    {"sha-ni+avx512", MIXED, 0, 16, 15, 3, slh_ni_avx512_walk, slh_ni_avx512_compress},
    {"avx512", PROCESSOR_AVX512, PROCESSOR_MIXES_SHA, 16, 9, 0, slh_avx512_walk,
     slh_avx512_compress},
    {"sha-ni", PROCESSOR_SHA, 0, SHA256_LANES, 2, 0, slh_ni_walk, sha256_ni_compress_lanes},
    {"avx2", PROCESSOR_AVX2, 0, 8, 2, 0, slh_avx2_walk, slh_avx2_compress},
#endif
    {"portable", 0, 0, 1, 1, 0, walk_one, compress_one},
    {NULL, 0, 0, 0, 0, 0, NULL, NULL},
};
