/*
 * Steps of chains of hashes: a step makes the next hash the SHA-256 (FIPS 180-4) of the 64 hex
 * digits of the one before. That is two compressions: the digits fill one chunk, and the second is
 * always the same, so its schedule is a table. Only poh/choice.c calls what is here.
 */
#ifndef POH_KERNEL_H
#define POH_KERNEL_H

#include "hash/sha256.h"

/* A hash, as the eight words of FIPS 180-4. */
struct poh_hash {
    uint32_t words[8];
};

/* Does n steps of each of as many chains as the kernel has lanes. */
typedef void poh_steps(struct poh_hash *chains, uint64_t n);

enum { POH_LANES_MAX = 16 };

struct poh_kernel {
    const char *name;
    unsigned needs; /* of the processor: see base/processor.h */
    int lanes;      /* at most POH_LANES_MAX */
    poh_steps *steps;
};

/* The table; a NULL name ends it. The portable kernel runs everywhere. */
extern const struct poh_kernel poh_kernels[];

/* The words of the second chunk's schedule, each with its round's constant. */
extern const uint32_t poh_second[64];

/* The rows, each in its own file. */
poh_steps poh_portable_steps;
#if defined(__x86_64__)
poh_steps poh_bmi2_steps, poh_shani_steps, poh_shani_2_steps, poh_shani_4_steps, poh_avx2_steps,
    poh_avx512_steps;
#endif

#endif
