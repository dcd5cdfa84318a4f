/*
 * The model `flood`: a query that floods a random graph, and what it reaches by its time to live.
 *
 * Each node but the source passes the query on to all its neighbours but one, and the source to
 * all: with E edges and all N nodes reached, that is 2E - N + 1 messages.
 */
#include "model/settings.h"
#include "model/table.h"
#include "overlay/flood.h"

#include "virtual/draw.h"

#include <inttypes.h>

enum { NODES = 1000, RUNS_MAX = 10000 };

struct flood_settings {
    uint64_t degree, ttl, runs;
};

#define AT(field) offsetof(struct flood_settings, field)

static const struct setting settings[] = {
    {"degree", SETTING_NUMBER, AT(degree), 1, FLOOD_DEGREE_MAX, NULL},
    {"ttl", SETTING_NUMBER, AT(ttl), 1, FLOOD_HOPS_MAX, NULL},
    {"runs", SETTING_NUMBER, AT(runs), 1, RUNS_MAX, NULL},
    {0},
};

static int print(const struct flood_graph *g, const struct flood_settings *s, uint64_t number,
                 const struct flood_course *c, struct buf *out, struct fault *f)
{
    for (unsigned ttl = 1; ttl <= s->ttl && ttl <= c->hops; ttl++) {
        const uint64_t repeated = c->messages[ttl] - (c->reached[ttl] - 1);
        if (model_print(out, f,
                        "%" PRIu64 " %" PRIu32 " %" PRIu64 " %" PRIu32 " %u %" PRIu32
                        " %.4f %" PRIu64 " %" PRIu64 "\n",
                        number, g->nodes, s->degree, g->edges, ttl, c->reached[ttl],
                        (double)c->reached[ttl] / g->nodes, c->messages[ttl], repeated))
            return -1;
    }
    return 0;
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct flood_settings s = {.degree = 4, .ttl = FLOOD_HOPS_MAX, .runs = 1};
    struct flood_graph g;
    struct flood_course c;
    uint64_t sources = sim_stream(setup->seed, "sources", 0);
    uint32_t nodes;
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 2, FLOOD_MAX, NODES, &nodes, f) ||
        flood_graph_make(&g, nodes, (uint32_t)s.degree, setup->seed, f))
        return -1;
    int failed = model_print(out, f,
                             "# run nodes degree edges ttl reached coverage messages repeated\n");
    for (uint64_t i = 1; i <= s.runs && !failed; i++)
        failed = flood_run(&g, (uint32_t)chance_below(&sources, nodes), &c, f) ||
                         print(&g, &s, i, &c, out, f)
                     ? -1
                     : 0;
    flood_graph_free(&g);
    return failed;
}

const struct sim_model model_flood = {
    "flood", "a query that goes to all neighbours, and from them to theirs", run};
