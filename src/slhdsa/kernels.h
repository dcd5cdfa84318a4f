/* How blocks are hashed side by side: the table that hash.c chooses from; for that file and tests.
 */
#ifndef SLHDSA_KERNELS_H
#define SLHDSA_KERNELS_H

#include "slhdsa/hash.h"

struct slh_kernel {
    const char *name;
    unsigned needs; /* of the processor: see base/processor.h */
    unsigned spare; /* if the processor has one of these, a kernel below is faster */
    size_t lanes;   /* blocks hashed side by side */
    size_t least;   /* fewer blocks than this are faster with the kernels below it in the table */
    int steps;      /* fewer steps, too */
    /* As slh_walk, for exactly `lanes` blocks. */
    void (*walk)(struct slh_block *blocks, int steps);
    /* Runs SHA-256's compression over n chunks of each of exactly `lanes` texts. */
    void (*compress)(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
};

#define SLH_LANES_MAX 16

#if defined(__x86_64__)
#define SLH_AVX 1

/* Rows of the table. */
void slh_ni_avx512_walk(struct slh_block *blocks, int steps);
void slh_ni_avx512_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
void slh_avx512_walk(struct slh_block *blocks, int steps);
void slh_avx512_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
void slh_avx2_walk(struct slh_block *blocks, int steps);
void slh_avx2_compress(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n);
void slh_ni_walk(struct slh_block *blocks, int steps);
#endif

/* In the order in which they take their share of many blocks; the last one runs everywhere. A NULL
 * name ends the table. On Intel's processors the SHA instructions are slower than AVX-512, and must
 * not be mixed with it (base/processor.h). */
extern const struct slh_kernel slh_kernels[];

#endif
