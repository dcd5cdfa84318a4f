#include "base/processor.h"

#include <stdatomic.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <string.h>

/* Whether word has all of these bits set. */
static bool has_all(unsigned word, unsigned bits)
{
    return (word & bits) == bits;
}

/* XCR0: the registers that the system saves for each thread. */
static unsigned kept_registers(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static bool made_by_amd(void)
{
    unsigned a, vendor[3];
    __cpuid(0, a, vendor[0], vendor[2], vendor[1]);
    return memcmp(vendor, "AuthenticAMD", sizeof vendor) == 0;
}

static unsigned ask(void)
{
    enum { KEEPS_AVX = 0x06, KEEPS_AVX512 = 0xe6 };
    const unsigned avx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
    unsigned a, b, c1, d, b7, c, found = 0;
    if (__get_cpuid_max(0, 0) < 7)
        return 0;
    __cpuid(1, a, b, c1, d);
    __cpuid_count(7, 0, a, b7, c, d);
    if (has_all(c1, bit_SSSE3 | bit_SSE4_1) && has_all(b7, bit_SHA))
        found |= PROCESSOR_SHA;
    if (has_all(b7, bit_BMI | bit_BMI2))
        found |= PROCESSOR_BMI2;
    if (made_by_amd())
        found |= PROCESSOR_MIXES_SHA;
    unsigned kept = has_all(c1, bit_OSXSAVE) ? kept_registers() : 0;
    if (has_all(kept, KEEPS_AVX) && has_all(b7, bit_AVX2))
        found |= PROCESSOR_AVX2;
    if (has_all(kept, KEEPS_AVX512) && has_all(b7, avx512 | bit_AVX2))
        found |= PROCESSOR_AVX512;
    if (found & PROCESSOR_AVX512 && has_all(b7, bit_AVX512IFMA))
        found |= PROCESSOR_IFMA;
    return found;
}

#elif defined(__aarch64__) && defined(__linux__)

#include <sys/auxv.h>

static unsigned ask(void)
{
    return getauxval(AT_HWCAP) & HWCAP_SHA2 ? PROCESSOR_SHA : 0;
}

#else

static unsigned ask(void)
{
    return 0;
}

#endif

unsigned processor_features(void)
{
    enum { ASKED = 1 << 8 };
    static atomic_uint known; /* threads that call it at the same time get the same answer */
    unsigned found = atomic_load_explicit(&known, memory_order_relaxed);
    if (!found) {
        found = ask() | ASKED;
        atomic_store_explicit(&known, found, memory_order_relaxed);
    }
    return found & ~(unsigned)ASKED;
}

bool processor_has(unsigned features)
{
    return (processor_features() & features) == features;
}
