/* Chance in a simulation: a stream of its own for each purpose, and times drawn from it. Whole
 * numbers only, so that a seed gives the same run on every machine. */
#ifndef VIRTUAL_DRAW_H
#define VIRTUAL_DRAW_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

#define SIM_DRAW_MAX (1 << 30) /* milliseconds */
#define SIM_MILLION 1000000    /* probabilities are in parts per million (ppm) */

/* The stream (base/chance.h) of a purpose, such as "loss" or "disk", and of its number-th user. It
 * depends on nothing else, so a new purpose changes none of the others. */
uint64_t sim_stream(uint64_t seed, const char *purpose, uint64_t number);

/* Whether something of this probability happens. 0 draws nothing from the stream. */
static inline bool sim_happens(uint64_t *stream, uint32_t ppm)
{
    return ppm > 0 && chance_below(stream, SIM_MILLION) < ppm;
}

enum sim_delay_kind {
    SIM_CONSTANT,    /* always `least` */
    SIM_UNIFORM,     /* least to most, both included */
    SIM_EXPONENTIAL, /* least and, with this mean, something more; at most `most` in all */
};

/* Milliseconds; all are from 0 to SIM_DRAW_MAX. */
struct sim_delay {
    enum sim_delay_kind kind;
    int32_t least, most, mean;
};

/* A delay, in milliseconds. */
int64_t sim_draw(uint64_t *stream, const struct sim_delay *d);

/* A number with the exponential distribution of this mean (0 to SIM_DRAW_MAX), rounded down, by
 * virtual/exponential.h. */
int64_t sim_exponential(uint64_t *stream, int64_t mean);

#endif
