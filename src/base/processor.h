/*
 * What this processor can do beyond the baseline of its architecture, and what it does fast. The
 * tables of kernels (hash/sha256.h, crypto/ed25519.h, work/miner.h) choose by it.
 */
#ifndef BASE_PROCESSOR_H
#define BASE_PROCESSOR_H

#include <stdbool.h>

enum processor_feature {
    PROCESSOR_SHA = 1,    /* x86's SHA instructions, with SSSE3 and SSE4.1; ARMv8's SHA2 */
    PROCESSOR_AVX2 = 2,   /* x86 */
    PROCESSOR_AVX512 = 4, /* x86: F, DQ, BW and VL, and AVX2 */
    PROCESSOR_IFMA = 8,   /* x86: AVX512IFMA, and all of the above */
    /* x86: SHA instructions, if present, stay fast while the upper halves of vector registers are
       in use. They exist only in SSE encoding; Intel's processors (seen on Emerald Rapids) then
       take 160 to 200 ns for each. Known of AMD's processors, and not assumed of any others. */
    PROCESSOR_MIXES_SHA = 16,
    PROCESSOR_BMI2 = 32, /* x86: BMI1 and BMI2 */
};

/* All features that the processor has and whose registers the system saves, as a sum of enum
 * processor_feature (Intel SDM, volume 1, 14.3 and 15.2). The processor is queried once in a
 * process, since that is slow under a hypervisor. Safe to call from any thread. */
unsigned processor_features(void);

/* Whether it has all of these; 0 needs nothing. */
bool processor_has(unsigned features);

#endif
