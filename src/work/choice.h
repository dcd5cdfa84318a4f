/*
 * Which of the miner's kernels to use: by what the processor has, by name, or by their speed. All
 * kernels find the same nonces, so the choice never changes what a search finds.
 */
#ifndef WORK_CHOICE_H
#define WORK_CHOICE_H

#include "work/miner.h"

#define MINE_KERNEL_VARIABLE "PEERUTILS_MINE_KERNEL"

/* The best for a processor with these features (base/processor.h). Never NULL: the portable kernel
 * runs everywhere. */
const struct mine_kernel *mine_kernel_for(unsigned features);

/* The kernel that the environment names in MINE_KERNEL_VARIABLE, if it runs here, whether it suits
 * this processor or not; otherwise the one that mine_kernel_compare found, or, before that, the
 * best for this processor. */
const struct mine_kernel *mine_kernel_best(void);

/* For a search that takes long enough for it to pay: tries each kernel that runs here, for some
 * milliseconds in all, and gives the fastest; mine_kernel_best gives that one from then on. What
 * the processor says of itself may be wrong, or mean something else on one made later. Compares
 * once in a process, and never if the environment names a kernel. Safe to call from any thread. */
const struct mine_kernel *mine_kernel_compare(void);

/* The faster kernel of `than` and all others that run here; `than`, unless one is a tenth faster.
 */
const struct mine_kernel *mine_kernel_faster(const struct mine_kernel *than);

/* 0; or -1 and trouble: the environment names a kernel that is not in the table or does not run
 * here. */
int mine_kernel_asked(struct fault *f);

#endif
