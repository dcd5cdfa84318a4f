/*
 * What this processor can do beyond the baseline of its architecture, and what it does well. The
 * tables of kernels (crypto/sha256.h, crypto/ed25519.h, work/miner.h) choose by it.
 */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include <stdbool.h>

enum processor_feature {
    PROCESSOR_SHA = 1,    /* x86's SHA instructions, with SSSE3 and SSE4.1; ARMv8's SHA2 */
    PROCESSOR_AVX2 = 2,   /* x86 */
    PROCESSOR_AVX512 = 4, /* x86: F, DQ, BW and VL, and AVX2 */
    PROCESSOR_IFMA = 8,   /* x86: AVX512IFMA, and the above */
    /* x86: SHA instructions, if it has them, keep their speed while the upper halves of vector
     * registers are in use. They exist in the SSE encoding alone; Intel's processors (seen on
     * Emerald Rapids) take 160 to 200 ns for each of them then. Known of AMD's, and assumed of
     * nobody else's. */
    PROCESSOR_MIXES_SHA = 16,
};

/* All that the processor has, as a sum of enum processor_feature, and for which the system keeps
 * the registers (Intel SDM, volume 1, 14.3 and 15.2). The processor is asked once in a process,
 * since that is slow under a hypervisor. Safe to call from any thread. */
unsigned processor_features(void);

/* Whether it has all of these; 0: nothing is asked for. */
bool processor_has(unsigned features);

#endif
