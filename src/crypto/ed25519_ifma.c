#include "crypto/ed25519_ifma.h"

#ifdef ED25519_IFMA

#include "crypto/lanes_ifma.h"

#include "crypto/ed25519_lanes.h"

#include <cpuid.h>

int ed25519_ifma_load(struct fault *f)
{
    return make_tables(f);
}

void ed25519_ifma_check(struct sigjob *jobs, size_t n)
{
    check_all(jobs, n);
}

/* The system must keep the registers (XCR0: SSE, AVX, and AVX-512's masks and two halves). */
static bool system_keeps_registers(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 0xe6) == 0xe6;
}

bool ed25519_ifma_usable(void)
{
    const unsigned want = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL | bit_AVX512IFMA;
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !system_keeps_registers())
        return false;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & want) == want;
}

static void hash(const struct sha512_text *texts, uint64_t *out)
{
    uint64_t words[8][LANES];
    sha512_lanes(texts, words);
    memcpy(out, words, sizeof words);
}

const struct ed25519_parts ed25519_ifma_parts = {
    .lanes = LANES,
    .limbs = LIMBS,
    .half_bits = 2 * LIMB_BITS,
    .carried = {(1ULL << 51) + (1 << 14) - 1, (1ULL << 51) + (1 << 14) - 1},
    .factors = {(1ULL << 52) - 1, (1ULL << 52) - 1},
    .calculate = calculate,
    .hash = hash,
};

#else
typedef int ed25519_ifma_is_not_for_this_processor;
#endif
