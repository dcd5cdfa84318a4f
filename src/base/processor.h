/*
 * What the processor at hand can do beyond the least that all of its kind can: what the tables of
 * kernels (crypto/sha256.h, crypto/ed25519.h, work/miner.h) choose by.
 */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include <stdbool.h>

enum processor_feature {
    PROCESSOR_SHA = 1,    /* x86's SHA instructions, with SSSE3 and SSE4.1; ARMv8's SHA2 */
    PROCESSOR_AVX2 = 2,   /* x86 */
    PROCESSOR_AVX512 = 4, /* x86: F, DQ, BW and VL, and AVX2 */
    PROCESSOR_IFMA = 8,   /* x86: AVX512IFMA, and the above */
};

/* Whether the processor has all of these (a sum of enum processor_feature; 0: nothing), and the
 * system keeps the registers that they use (Intel SDM, volume 1, 14.3 and 15.2). It is asked once
 * in a process, since that is slow under a hypervisor. Safe to call from any thread. */
bool processor_has(unsigned features);

#endif
