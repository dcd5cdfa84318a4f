/*
 * Chooses one of the miner's kernels: by the processor's features, by name, or by speed. All
 * kernels find the same nonces, so the choice never changes the result of a search.
 */
#ifndef WORK_CHOICE_H
#define WORK_CHOICE_H

#include "work/miner.h"

#define MINE_KERNEL_VARIABLE "PEERUTILS_MINE_KERNEL"

/* The best for a processor with these features (base/processor.h). Never NULL: the portable kernel
 * runs everywhere. */
const struct mine_kernel *mine_kernel_for(unsigned features);

/* The kernel that the environment names in MINE_KERNEL_VARIABLE, if it can run here, even if it
 * does not suit this processor; otherwise the one that mine_kernel_compare found or, before that,
 * the best for this processor. */
const struct mine_kernel *mine_kernel_best(void);

/* Measures each kernel that can run here, for some milliseconds in all, and gives the fastest, as
 * mine_kernel_best does from then on. This pays in a long search, since the features of a processor
 * only suggest which kernel is fastest. Measures once in a process, and never if the environment
 * names a kernel. Safe to call from any thread. */
const struct mine_kernel *mine_kernel_compare(void);

/* The fastest of all kernels that can run here, if it is at least a tenth faster than `than`;
 * otherwise `than`. */
const struct mine_kernel *mine_kernel_faster(const struct mine_kernel *than);

/* 0; or -1 and trouble: the environment names a kernel that is not in the table or does not run
 * here. */
int mine_kernel_asked(struct fault *f);

#endif
