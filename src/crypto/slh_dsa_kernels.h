/* How blocks are hashed side by side: the table that slh_dsa_hash.c chooses from; for that file and
 * tests. */
#ifndef CRYPTO_SLH_DSA_KERNELS_H
#define CRYPTO_SLH_DSA_KERNELS_H

#include "crypto/slh_dsa_hash.h"

struct slh_kernel {
    const char *name;
    unsigned needs; /* of the processor: see base/processor.h */
    size_t lanes;   /* blocks hashed side by side */
    size_t least;   /* fewer than this are faster with the kernels below it in the table */
    /* As slh_walk, for exactly `lanes` blocks. */
    void (*walk)(struct slh_block *blocks, int steps);
    /* Runs SHA-256's compression over n chunks of each of exactly `lanes` texts. */
    void (*compress)(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
};

#define SLH_LANES_MAX 16

#if defined(__x86_64__)
#define SLH_AVX 1

/* Rows of the table: for processors with PROCESSOR_AVX512, PROCESSOR_AVX2, PROCESSOR_SHA. */
void slh_avx512_walk(struct slh_block *blocks, int steps);
void slh_avx512_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
void slh_avx2_walk(struct slh_block *blocks, int steps);
void slh_avx2_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
void slh_ni_walk(struct slh_block *blocks, int steps);
#endif

/* In the order in which they take their share of many blocks; the last one runs everywhere. A NULL
 * name ends the table. On Zen 4, a hash takes 18 ns by SHA instructions, four texts interleaved,
 * which is all that their unit can do, and 19 ns or more in AVX-512, whose lanes have to be filled
 * and emptied besides: so AVX is for processors without SHA instructions. */
extern const struct slh_kernel slh_kernels[];

#endif
