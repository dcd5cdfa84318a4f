/* The clock of a simulated node: it runs fast or slow by a constant rate, and may jump forward. It
 * never goes back. */
#ifndef SIM_SKEWED_CLOCK_H
#define SIM_SKEWED_CLOCK_H

#include <stdint.h>

struct sim_clock {
    int64_t offset; /* milliseconds ahead */
    int32_t rate;   /* parts per million by which it is fast; above -500000 */
};

static inline int64_t sim_clock_at(const struct sim_clock *c, int64_t now)
{
    return c->offset + now + now / 1000000 * c->rate + now % 1000000 * c->rate / 1000000;
}

/* When the clock will show `local` or more: never before `now`. INT64_MAX for INT64_MAX, and for
 * what is further away than 2^50. */
int64_t sim_clock_when(const struct sim_clock *c, int64_t now, int64_t local);

#endif
