/*
 * Chooses the kernels that do the steps, by their speed here: all of them give the same hashes, so
 * the choice never changes a result.
 */
#ifndef POH_CHOICE_H
#define POH_CHOICE_H

#include "base/fault.h"
#include "poh/kernel.h"

#define POH_KERNEL_VARIABLE "PEERUTILS_POH_KERNEL"

struct poh_choice {
    const struct poh_kernel *kernels[POH_LANES_MAX + 1]; /* [n]: the best for n chains */
};

/* Compares the kernels that this processor can run, which takes milliseconds; or takes the one that
 * the environment names in POH_KERNEL_VARIABLE. 0, or -1 and trouble: it cannot run here. */
int poh_choose(struct poh_choice *c, struct fault *f);

/* Does n steps of each of so many chains, at most POH_LANES_MAX. */
void poh_run(const struct poh_choice *c, struct poh_hash *chains, int count, uint64_t n);

/* Steps a second that one chain can do here, measured in a few milliseconds of the calling thread's
 * processor time. */
double poh_rate(const struct poh_choice *c);

#endif
