/* One chain, on any processor. */
#include "poh/kernel.h"

#define INLINE __attribute__((always_inline)) static inline

#include "poh/lanes_one.h"

#include "poh/kernel_lanes.h"

void poh_portable_steps(struct poh_hash *chains, uint64_t n)
{
    lanes_steps(chains, n);
}
