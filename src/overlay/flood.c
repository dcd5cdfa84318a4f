#include "overlay/flood.h"

#include "virtual/draw.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- The graph ------------------------------------------------------------------------------ */

static void draw_stubs(uint32_t *stubs, uint32_t nodes, uint32_t degree, uint64_t seed)
{
    uint64_t chance = sim_stream(seed, "graph", 0);
    const uint32_t count = nodes * degree;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = (uint32_t)chance_below(&chance, i + 1);
        stubs[i] = stubs[j];
        stubs[j] = i / degree;
    }
}

static bool has_peer(const struct flood_graph *g, const uint32_t *degrees, uint32_t node,
                     uint32_t peer)
{
    for (uint32_t i = 0; i < degrees[node]; i++)
        if (g->peers[g->first[node] + i] == peer)
            return true;
    return false;
}

static void join(struct flood_graph *g, uint32_t *degrees, const uint32_t *stubs, uint32_t count)
{
    for (uint32_t i = 0; i + 1 < count; i += 2) {
        const uint32_t a = stubs[i], b = stubs[i + 1];
        if (a == b || has_peer(g, degrees, a, b))
            continue;
        g->peers[g->first[a] + degrees[a]++] = b;
        g->peers[g->first[b] + degrees[b]++] = a;
        g->edges++;
    }
}

/* Each node's neighbours move to where those of the one before it end. */
static void pack(struct flood_graph *g, const uint32_t *degrees)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < g->nodes; i++) {
        memmove(g->peers + end, g->peers + g->first[i], degrees[i] * sizeof *g->peers);
        g->first[i] = end;
        end += degrees[i];
    }
    g->first[g->nodes] = end;
}

int flood_graph_make(struct flood_graph *g, uint32_t nodes, uint32_t degree, uint64_t seed,
                     struct fault *f)
{
    const uint32_t count = nodes * degree;
    uint32_t *stubs = malloc(count * sizeof *stubs), *degrees = calloc(nodes, sizeof *degrees);
    *g = (struct flood_graph){.nodes = nodes};
    g->first = calloc((size_t)nodes + 1, sizeof *g->first);
    g->peers = malloc(count * sizeof *g->peers);
    const bool failed = stubs == NULL || degrees == NULL || g->first == NULL || g->peers == NULL;
    if (!failed) {
        for (uint32_t i = 0; i < nodes; i++)
            g->first[i] = i * degree;
        draw_stubs(stubs, nodes, degree, seed);
        join(g, degrees, stubs, count);
        pack(g, degrees);
    }
    free(stubs);
    free(degrees);
    if (!failed)
        return 0;
    flood_graph_free(g);
    return fault_memory(f);
}

void flood_graph_free(struct flood_graph *g)
{
    free(g->first);
    free(g->peers);
    g->first = g->peers = NULL;
}

/* --- A query -------------------------------------------------------------------------------- */

/* The nodes that the query reaches, in the order in which it does. */
struct wave {
    uint32_t *nodes, count;
    uint8_t *seen;
};

/* All that were reached last pass it on; each got it from one of its neighbours. Gives the messages
 * sent. */
static uint64_t spread(const struct flood_graph *g, struct wave *w, uint32_t from, uint32_t to)
{
    uint64_t sent = 0;
    for (uint32_t i = from; i < to; i++) {
        const uint32_t node = w->nodes[i], first = g->first[node], end = g->first[node + 1];
        sent += end - first - (i > 0);
        for (uint32_t at = first; at < end; at++) {
            const uint32_t peer = g->peers[at];
            if (w->seen[peer])
                continue;
            w->seen[peer] = true;
            w->nodes[w->count++] = peer;
        }
    }
    return sent;
}

int flood_run(const struct flood_graph *g, uint32_t source, struct flood_course *out,
              struct fault *f)
{
    struct wave w = {.nodes = malloc(g->nodes * sizeof *w.nodes), .seen = calloc(g->nodes, 1)};
    uint64_t messages = 0;
    *out = (struct flood_course){.hops = 0};
    if (w.nodes != NULL && w.seen != NULL) {
        w.nodes[w.count++] = source;
        w.seen[source] = true;
        for (uint32_t from = 0, to; from < w.count && out->hops < FLOOD_HOPS_MAX; from = to) {
            to = w.count;
            out->reached[out->hops] = to;
            out->messages[out->hops++] = messages;
            messages += spread(g, &w, from, to);
        }
        /* The last to be reached pass it on, too, if its time to live allows. */
        out->reached[out->hops] = w.count;
        out->messages[out->hops] = messages;
    }
    const bool failed = w.nodes == NULL || w.seen == NULL;
    free(w.nodes);
    free(w.seen);
    return failed ? fault_memory(f) : 0;
}
