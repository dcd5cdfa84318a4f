/* Pseudorandom numbers from a seed: splitmix64 (Steele, Lea and Flood, "Fast Splittable
 * Pseudorandom Number Generators", 2014). They are predictable: never use them for keys. */
#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

#include <stdint.h>

/* The next 64 bits of the stream; advances *state. */
static inline uint64_t chance_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* A number below n, which is at least 1: the high half of a product. (Lemire, "Fast Random Integer
 * Generation in an Interval", 2019; without its rejection, the bias is below n/2^64.) */
static inline uint64_t chance_below(uint64_t *state, uint64_t n)
{
    return (uint64_t)((unsigned __int128)chance_next(state) * n >> 64);
}

/* A seed from the system's random source. */
uint64_t chance_seed(void);

#endif
