/* One chain, on processors that rotate into another register. */
#include "poh/kernel.h"

#if defined(__x86_64__)

#define TARGET __attribute__((target("bmi,bmi2")))
#define INLINE TARGET __attribute__((always_inline)) static inline

#include "poh/lanes_one.h"

#include "poh/kernel_lanes.h"

TARGET void poh_bmi2_steps(struct poh_hash *chains, uint64_t n)
{
    lanes_steps(chains, n);
}

#else
typedef int poh_bmi2_is_not_for_this_processor;
#endif
