#include "model/stem_routes.h"

#include "base/chance.h"

#include <stdlib.h>

/* The nodes in random order (Fisher and Yates), at every second place from *to on; no node is at
 * its own. */
static void choose_exactly(uint32_t *to, uint32_t nodes, uint64_t *chance)
{
    for (uint32_t i = 0; i < nodes; i++)
        to[2 * (size_t)i] = i;
    for (uint32_t i = nodes - 1; i > 0;
         i--) { /* Sattolo's form of it, which leaves none in place */
        size_t j = 2 * (size_t)chance_below(chance, i), k = 2 * (size_t)i;
        uint32_t swapped = to[j];
        to[j] = to[k];
        to[k] = swapped;
    }
}

static void choose_dialed(struct stem_routes *r, const struct peer_graph *g, uint64_t *chance)
{
    for (uint32_t node = 0; node < r->nodes; node++) {
        uint32_t n = g->dialed[node], *to = r->to + 2 * (size_t)node;
        if (!peer_graph_degree(g, node)) { /* alone: nothing leaves it */
            to[0] = to[1] = node;
            continue;
        }
        n = n ? n : 1; /* it dialed nobody: the first that dialed it */
        uint32_t i = (uint32_t)chance_below(chance, n);
        uint32_t j = n > 1 ? (uint32_t)((i + 1 + chance_below(chance, n - 1)) % n) : i;
        to[0] = g->peers[g->first[node] + i];
        to[1] = g->peers[g->first[node] + j];
    }
}

/* came: how many edges come in at each node that have been given their turn. */
static void take_turns(struct stem_routes *r, uint8_t *came, uint64_t *chance)
{
    for (uint32_t i = 0; i < r->nodes; i++)
        came[i] = (uint8_t)(chance_next(chance) & 1);
    for (size_t edge = 0; edge < 2 * (size_t)r->nodes; edge++) {
        uint32_t end = r->to[edge];
        r->turn[edge] = r->rule == STEM_ONE_TO_ONE ? came[end]++ & 1
                        : r->rule == STEM_PER_EDGE ? (uint8_t)(chance_next(chance) & 1)
                                                   : r->own[end];
    }
}

int stem_routes_make(struct stem_routes *r, enum stem_rule rule, uint32_t nodes,
                     const struct peer_graph *graph, uint64_t seed, struct fault *f)
{
    uint64_t chance = seed;
    uint8_t *came = calloc(nodes, 1);
    *r = (struct stem_routes){.rule = rule, .nodes = nodes};
    r->to = calloc(2 * (size_t)nodes, sizeof *r->to);
    r->turn = calloc(2 * (size_t)nodes, 1);
    r->own = calloc(nodes, 1);
    if (!came || !r->to || !r->turn || !r->own) {
        free(came);
        stem_routes_free(r);
        return fault_memory(f);
    }
    for (uint32_t i = 0; i < nodes; i++)
        r->own[i] = (uint8_t)(chance_next(&chance) & 1);
    if (graph)
        choose_dialed(r, graph, &chance);
    else
        for (int i = 0; i < 2; i++)
            choose_exactly(r->to + i, nodes, &chance);
    take_turns(r, came, &chance);
    free(came);
    return 0;
}

void stem_routes_free(struct stem_routes *r)
{
    free(r->to);
    free(r->turn);
    free(r->own);
    *r = (struct stem_routes){0};
}

uint32_t stem_routes_begin(const struct stem_routes *r, uint32_t node, uint64_t *chance)
{
    uint64_t which = r->rule == STEM_PER_RECORD ? chance_next(chance) & 1 : r->own[node];
    return 2 * node + (uint32_t)which;
}

uint32_t stem_routes_next(const struct stem_routes *r, uint32_t edge, uint64_t *chance)
{
    uint64_t which = r->rule == STEM_PER_RECORD ? chance_next(chance) & 1 : r->turn[edge];
    return 2 * r->to[edge] + (uint32_t)which;
}
