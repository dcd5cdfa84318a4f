/*
 * Which of the miner's kernels to use: by what the processor has, and by name. All kernels find the
 * same nonces, so the choice is one of speed alone.
 */
#ifndef WORK_CHOICE_H
#define WORK_CHOICE_H

#include "work/miner.h"

#define MINE_KERNEL_VARIABLE "PEERUTILS_MINE_KERNEL"

/* The best for a processor with these features (base/processor.h). Never NULL: the portable kernel
 * runs everywhere. */
const struct mine_kernel *mine_kernel_for(unsigned features);

/* The kernel that the environment names in MINE_KERNEL_VARIABLE, if it runs here, whether it suits
 * this processor or not; otherwise the best for this processor. */
const struct mine_kernel *mine_kernel_best(void);

/* 0; or -1 and trouble: the environment names a kernel that is not in the table or does not run
 * here. */
int mine_kernel_asked(struct fault *f);

#endif
