/* Numbers that a simulation has measured: their mean and percentiles. */
#ifndef OVERLAY_FIGURES_H
#define OVERLAY_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* All zero is none. */
struct figures {
    uint32_t *list;
    size_t count, cap;
    uint64_t sum;
};

void figures_free(struct figures *s);

/* 0, or -1: no memory. */
int figures_add(struct figures *s, uint64_t value);

/* 0 if there is none. */
double figures_mean(const struct figures *s);

/* The smallest value that at least this percentage of them does not exceed; 0 if there is none. It
 * sorts them. */
uint32_t figures_percentile(struct figures *s, unsigned percent);

#endif
