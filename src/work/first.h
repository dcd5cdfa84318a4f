/* Chooses the target of a genesis block, before which there are no blocks to adjust it by. */
#ifndef WORK_FIRST_H
#define WORK_FIRST_H

#include "base/fault.h"
#include "work/target.h"

/* The target that takes about so many attempts (at least 1) on average: in hex, zeros, three
 * digits, and then only f. It is never zero. */
void first_target(double attempts, uint8_t out[TARGET_LEN]);

/* Measures for about this time how many attempts per second a search with so many threads makes on
 * this machine, under its present load. 0, or -1 and trouble. *rate is 0 if the clock does not
 * move. */
int first_rate(int threads, int milliseconds, double *rate, struct fault *f);

#endif
