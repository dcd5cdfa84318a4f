#include "sim/skewed_clock.h"

int64_t sim_clock_when(const struct sim_clock *c, int64_t now, int64_t local)
{
    const int64_t shown = sim_clock_at(c, now);
    if (local <= shown)
        return now;
    if (local - shown > INT64_C(1) << 50)
        return INT64_MAX;
    int64_t low = now, high = now + 2 * (local - shown) + 2;
    if (c->rate == 0)
        return now + (local - shown);
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (sim_clock_at(c, middle) < local)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
