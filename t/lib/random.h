/* splitmix64 (Steele, Lea and Flood, 2014): the same bytes in every run. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t next_random(uint64_t *seed)
{
    uint64_t x = *seed += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static inline void fill(uint8_t *out, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)next_random(seed);
}

#endif
