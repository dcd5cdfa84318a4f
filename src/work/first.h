/* The first target of a chain, which has no blocks yet to adjust it by. */
#ifndef WORK_FIRST_H
#define WORK_FIRST_H

#include "base/fault.h"
#include "work/target.h"

/* The target that takes so many attempts on average, at least 1: zeros, three hex digits, and then
 * only f. It is never zero. */
void first_target(double attempts, uint8_t out[TARGET_LEN]);

/* Measures how many attempts per second a search with so many threads makes on this machine under
 * its present load, in about this time. 0, or -1 and trouble. *rate is 0 if the clock does not
 * move. */
int first_rate(int threads, int milliseconds, double *rate, struct fault *f);

#endif
