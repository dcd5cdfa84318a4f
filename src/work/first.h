/* The first target of a chain, for which there is no block yet to learn from. */
#ifndef WORK_FIRST_H
#define WORK_FIRST_H

#include "base/fault.h"
#include "work/target.h"

/* The target that takes so many attempts on average, at least 1: three hex digits after its zeros,
 * and f's. It is never zero. */
void first_target(double attempts, uint8_t out[TARGET_LEN]);

/* Attempts a second that a search with so many threads makes on this machine as busy as it is now:
 * tried for about so long. 0, or -1 and trouble. *rate is 0 if the clock does not move. */
int first_rate(int threads, int milliseconds, double *rate, struct fault *f);

#endif
