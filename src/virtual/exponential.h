/*
 * Exponentially distributed numbers from integers alone, so that a seed gives the same ones on
 * every machine: algorithm S of Knuth, "The Art of Computer Programming", volume 2, 3.4.1 (after
 * Ahrens and Dieter 1972).
 */
#ifndef VIRTUAL_EXPONENTIAL_H
#define VIRTUAL_EXPONENTIAL_H

#include <stdint.h>

#define EXPONENTIAL_MEAN_MAX (1ULL << 57) /* of exponential_delay */

/* The next number of mean 1, in units of 2^-32; advances *state (base/chance.h). It is below 45,
 * which is exceeded with a chance of 2^-64. */
uint64_t exponential_next(uint64_t *state);

/* One of this mean, at most EXPONENTIAL_MEAN_MAX, rounded down to a whole number. */
static inline uint64_t exponential_delay(uint64_t *state, uint64_t mean)
{
    return (uint64_t)((unsigned __int128)exponential_next(state) * mean >> 32);
}

#endif
