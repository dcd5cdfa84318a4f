/* Bytes that are the same in every run. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include "base/chance.h"

#include <stddef.h>

static inline void fill(uint8_t *out, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)chance_next(seed);
}

#endif
