#include "overlay/figures.h"

#include "base/array.h"

#include <stdlib.h>

void figures_free(struct figures *s)
{
    free(s->list);
    *s = (struct figures){0};
}

int figures_add(struct figures *s, uint64_t value)
{
    if (ARRAY_RESERVE(s->list, s->cap, s->count + 1))
        return -1;
    s->list[s->count++] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    s->sum += value;
    return 0;
}

double figures_mean(const struct figures *s)
{
    return s->count ? (double)s->sum / (double)s->count : 0;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

uint32_t figures_percentile(struct figures *s, unsigned percent)
{
    if (!s->count)
        return 0;
    qsort(s->list, s->count, sizeof *s->list, by_size);
    const size_t rank = (s->count * percent + 99) / 100;
    return s->list[rank ? rank - 1 : 0];
}
