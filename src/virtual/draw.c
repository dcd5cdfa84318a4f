#include "virtual/draw.h"

#include "virtual/exponential.h"

uint64_t sim_stream(uint64_t seed, const char *purpose, uint64_t number)
{
    uint64_t state = seed;
    uint64_t mixed = chance_next(&state);
    for (; *purpose; purpose++) {
        state = mixed ^ (unsigned char)*purpose;
        mixed = chance_next(&state);
    }
    state = mixed ^ number;
    return chance_next(&state);
}

int64_t sim_exponential(uint64_t *stream, int64_t mean)
{
    return (int64_t)exponential_delay(stream, (uint64_t)mean);
}

int64_t sim_draw(uint64_t *stream, const struct sim_delay *d)
{
    if (d->kind == SIM_CONSTANT)
        return d->least;
    if (d->kind == SIM_UNIFORM)
        return d->least + (int64_t)chance_below(stream, (uint64_t)(d->most - d->least) + 1);
    const int64_t drawn = d->least + sim_exponential(stream, d->mean);
    return drawn < d->most ? drawn : d->most;
}
