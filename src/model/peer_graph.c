#include "model/peer_graph.h"

#include "base/chance.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 64 }; /* to find a node that still accepts and is no neighbour yet */

/* While it is made. */
struct making {
    const struct peer_graph_setup *setup;
    struct peer_graph *graph;
    uint32_t *targets;  /* setup->dial for each node */
    uint32_t *accepted; /* connections by each node */
    uint64_t chance;
};

static bool has_dialed(const struct making *m, uint32_t node, uint32_t other)
{
    const uint32_t *targets = m->targets + (size_t)node * m->setup->dial;
    for (uint32_t i = 0; i < m->graph->dialed[node]; i++)
        if (targets[i] == other)
            return true;
    return false;
}

static bool may_dial(const struct making *m, uint32_t node, uint32_t other)
{
    return other != node && m->accepted[other] < m->setup->inbound && !has_dialed(m, node, other) &&
           !has_dialed(m, other, node);
}

static void dial(struct making *m, uint32_t node)
{
    for (int tries = 0; tries < TRIES; tries++) {
        uint32_t other = (uint32_t)chance_below(&m->chance, m->setup->nodes);
        if (!may_dial(m, node, other))
            continue;
        m->targets[(size_t)node * m->setup->dial + m->graph->dialed[node]++] = other;
        m->accepted[other]++;
        return;
    }
}

/* All dial once, then all again, as in a network that grows: so nobody is left without a peer
 * because the first have taken all places. */
static void dial_all(struct making *m)
{
    for (uint32_t round = 0; round < m->setup->dial; round++)
        for (uint32_t node = 0; node < m->setup->nodes; node++)
            dial(m, node);
}

static size_t sum_degrees(const struct making *m)
{
    size_t sum = 0;
    for (uint32_t node = 0; node < m->setup->nodes; node++) {
        m->graph->first[node] = (uint32_t)sum;
        sum += m->graph->dialed[node] + m->accepted[node];
    }
    m->graph->first[m->setup->nodes] = (uint32_t)sum;
    return sum;
}

/* Each node's own targets first; then those that dialed it, for which accepted[] counts down. */
static void fill(struct making *m)
{
    struct peer_graph *g = m->graph;
    for (uint32_t node = 0; node < g->nodes; node++) {
        const uint32_t *targets = m->targets + (size_t)node * m->setup->dial;
        memcpy(g->peers + g->first[node], targets, g->dialed[node] * sizeof *targets);
        for (uint32_t i = 0; i < g->dialed[node]; i++)
            g->peers[g->first[targets[i] + 1] - m->accepted[targets[i]]--] = node;
    }
}

static int make(struct making *m, struct fault *f)
{
    struct peer_graph *g = m->graph;
    g->first = calloc((size_t)g->nodes + 1, sizeof *g->first);
    g->dialed = calloc(g->nodes, 1);
    m->targets = calloc((size_t)g->nodes * m->setup->dial, sizeof *m->targets);
    m->accepted = calloc(g->nodes, sizeof *m->accepted);
    if (!g->first || !g->dialed || !m->targets || !m->accepted)
        return fault_memory(f);
    dial_all(m);
    g->peers = malloc((sum_degrees(m) + 1) * sizeof *g->peers);
    if (!g->peers)
        return fault_memory(f);
    fill(m);
    return 0;
}

int peer_graph_make(struct peer_graph *g, const struct peer_graph_setup *setup, struct fault *f)
{
    struct making m = {.setup = setup, .graph = g, .chance = setup->seed};
    *g = (struct peer_graph){.nodes = setup->nodes};
    int failed = make(&m, f);
    free(m.targets);
    free(m.accepted);
    if (failed)
        peer_graph_free(g);
    return failed;
}

void peer_graph_free(struct peer_graph *g)
{
    free(g->first);
    free(g->peers);
    free(g->dialed);
    *g = (struct peer_graph){0};
}
