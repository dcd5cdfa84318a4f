#include "sim/draw.h"

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

/* -log2(u / 2^64) in units of 2^-32. */
static uint64_t minus_log2(uint64_t u)
{
    const unsigned zeros = (unsigned)__builtin_clzll(u | 1);
    uint64_t x = (u | 1) << zeros >> 32, log = 0; /* 2^31 to 2^32 - 1 */
    for (int i = 0; i < 32; i++) {
        x *= x;
        const unsigned above = (unsigned)(x >> 63);
        log = log << 1 | above;
        x >>= 31 + above;
    }
    return ((uint64_t)(zeros + 1) << 32) - log;
}

int64_t sim_exponential(uint64_t *stream, int64_t mean)
{
    const uint64_t ln2 = 2977044472; /* in units of 2^-32 */
    const uint64_t log2 = minus_log2(chance_next(stream));
    const uint64_t ln = (log2 >> 32) * ln2 + ((log2 & UINT32_MAX) * ln2 >> 32);
    const uint64_t m = (uint64_t)mean;
    return (int64_t)((ln >> 32) * m + ((ln & UINT32_MAX) * m >> 32));
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
