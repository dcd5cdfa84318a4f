/*
 * Flooding, as Gnutella 0.4 searched: a query goes to all neighbours, and each node passes on what
 * it has not seen to all but the one it came from, while the query's time to live lasts. The graph
 * is random, and nearly regular: as many stubs a node as its degree, joined in pairs at random,
 * without the loops and repetitions (the configuration model: Bollobas 1980).
 */
#ifndef OVERLAY_FLOOD_H
#define OVERLAY_FLOOD_H

#include "base/fault.h"

#include <stdint.h>

#define FLOOD_MAX (1U << 22) /* nodes */
#define FLOOD_DEGREE_MAX 64
#define FLOOD_HOPS_MAX 256 /* a query goes no farther */

struct flood_graph {
    uint32_t nodes;
    uint32_t edges;
    uint32_t *first; /* nodes + 1: where each node's neighbours begin */
    uint32_t *peers; /* ... in here */
};

/* 2 to FLOOD_MAX nodes, of degree 1 to FLOOD_DEGREE_MAX. 0, or -1 and no memory. */
int flood_graph_make(struct flood_graph *g, uint32_t nodes, uint32_t degree, uint64_t seed,
                     struct fault *f);
void flood_graph_free(struct flood_graph *g);

/* By the time to live, from 0 on. */
struct flood_course {
    unsigned hops;                        /* with this one, all are reached that can be */
    uint32_t reached[FLOOD_HOPS_MAX + 1]; /* the source included */
    uint64_t messages[FLOOD_HOPS_MAX + 2];
};

/* 0, or -1 and no memory. */
int flood_run(const struct flood_graph *g, uint32_t source, struct flood_course *out,
              struct fault *f);

#endif
