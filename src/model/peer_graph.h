/*
 * Who is connected to whom: each node dials so many others at random, and accepts so many at most.
 * A connection carries records both ways (gossip(7)), so both sides are neighbours.
 */
#ifndef MODEL_PEER_GRAPH_H
#define MODEL_PEER_GRAPH_H

#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

#define PEER_GRAPH_NODES_MAX (1U << 24)
#define PEER_GRAPH_DIAL_MAX 64

struct peer_graph {
    uint32_t nodes;
    uint32_t *first; /* nodes + 1: where each node's neighbours begin, */
    uint32_t *peers; /* ... in here: those that it dialed, then those that dialed it */
    uint8_t *dialed; /* how many of them it dialed */
};

/* How to make it. */
struct peer_graph_setup {
    uint32_t nodes; /* 2 to PEER_GRAPH_NODES_MAX */
    uint32_t dial;  /* connections that each opens, 1 to PEER_GRAPH_DIAL_MAX; fewer if there are not
                       as many others with space */
    uint32_t inbound; /* connections that each accepts, at least 1 */
    uint64_t seed;
};

/* 0, or -1 and *f: no memory. The same setup gives the same graph. */
int peer_graph_make(struct peer_graph *g, const struct peer_graph_setup *setup, struct fault *f);
void peer_graph_free(struct peer_graph *g);

static inline uint32_t peer_graph_degree(const struct peer_graph *g, uint32_t node)
{
    return g->first[node + 1] - g->first[node];
}

/* Where in g->peers node has peer, which is its neighbour. */
static inline uint32_t peer_graph_place(const struct peer_graph *g, uint32_t node, uint32_t peer)
{
    uint32_t at = g->first[node];
    while (g->peers[at] != peer)
        at++;
    return at;
}

#endif
