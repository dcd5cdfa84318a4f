/* Numbers in the values of a state: LEB128, seven bits a byte, the lowest first. */
#ifndef STATE_VALUE_H
#define STATE_VALUE_H

#include "state/state.h"

/* Appends a number of at least 0: at most 9 bytes. */
static inline void value_put_number(struct state_value *v, int64_t number)
{
    uint64_t n = (uint64_t)number;
    for (; n > 127; n >>= 7)
        v->bytes[v->len++] = (uint8_t)(n | 128);
    v->bytes[v->len++] = (uint8_t)n;
}

/* Takes the number at *at, and moves *at past it. 0, or -1: there is none. */
static inline int value_take_number(const struct state_value *v, size_t *at, int64_t *number)
{
    uint64_t n = 0;
    for (unsigned shift = 0; *at < v->len && shift < 63; shift += 7) {
        uint8_t byte = v->bytes[(*at)++];
        n |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *number = (int64_t)n;
            return n > INT64_MAX ? -1 : 0;
        }
    }
    return -1;
}

#endif
