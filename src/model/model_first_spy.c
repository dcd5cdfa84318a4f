/*
 * The model `first-spy`: how well an adversary who runs some of the nodes tells who made a record,
 * by taking whoever was the first to tell one of his nodes for its source.
 *
 * Precision and recall are those of Dandelion++ (Fanti et al. 2018): each honest node
 * makes one record; a node's precision is 1 over the records that are attributed to it, if its own
 * is among them, else 0; recall is the share of records that are attributed to their source. Both
 * are means over the honest nodes. With fluff=0 a stem goes on until it reaches a spy, as in the
 * simulations of the paper's figures.
 */
#include "model/epidemic.h"
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"

#include "base/chance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES = 1000,
    NODES_MAX = 1000000,
    FANOUT = 8,
    INBOUND = 1024,
    DELAY = 100,
    RUNS_MAX = 1000
};

/* Routes: the rules of enum stem_rule, then none. */
enum { ROUTE_NONE = STEM_PER_RECORD + 1 };

/* Whether a node may fluff its own records at once. */
enum { OWN_STEM, OWN_DRAWN };

#define NOBODY UINT32_MAX

struct spy_settings {
    uint64_t spies, route, chosen, fluff, own, fanout, inbound, delay, spread, runs;
};

static const char *const routes[] = {"one-to-one", "per-edge", "all-to-one",
                                     "per-record", "none",     NULL};
static const char *const choices[] = {"exact", "dialed", NULL};
static const char *const owns[] = {"stem", "drawn", NULL};

#define AT(field) offsetof(struct spy_settings, field)

static const struct setting settings[] = {
    {"spies", SETTING_DECIMAL, AT(spies), 1, SETTING_ONE - 1, NULL},
    {"route", SETTING_WORD, AT(route), 0, 0, routes},
    {"chosen", SETTING_WORD, AT(chosen), 0, 0, choices},
    {"fluff", SETTING_NUMBER, AT(fluff), 0, 1000000, NULL},
    {"own", SETTING_WORD, AT(own), 0, 0, owns},
    {"fanout", SETTING_NUMBER, AT(fanout), 1, PEER_GRAPH_DIAL_MAX, NULL},
    {"inbound", SETTING_NUMBER, AT(inbound), 1, 4096, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, EPIDEMIC_DELAY_MAX, NULL},
    {"spread", SETTING_WORD, AT(spread), 0, 0, spread_words},
    {"runs", SETTING_NUMBER, AT(runs), 1, RUNS_MAX, NULL},
    {0},
};

struct spying {
    const struct spy_settings *settings;
    struct peer_graph graph;
    struct stem_routes routes;
    struct epidemic_setup setup;
    struct epidemic epidemic;
    uint8_t *is_spy;
    uint32_t *attributed; /* records attributed to each node; OWN: its own is among them */
    uint32_t honest;
    uint64_t chance;
};

#define OWN (1U << 31)

/* Makes exactly this share of the nodes spies, at least one and not all. */
static void choose_spies(struct spying *s)
{
    uint32_t nodes = s->graph.nodes;
    uint64_t wanted = (nodes * s->settings->spies + SETTING_ONE / 2) / SETTING_ONE;
    wanted = wanted < 1 ? 1 : wanted >= nodes ? nodes - 1 : wanted;
    s->honest = nodes - (uint32_t)wanted;
    memset(s->is_spy, 0, nodes);
    for (uint32_t i = 0; wanted; i++)
        if (chance_below(&s->chance, nodes - i) < wanted) {
            s->is_spy[i] = 1;
            wanted--;
        }
}

/* By whom a spy hears of a record that is spread from this node. */
static int spied_spread(struct spying *s, uint32_t node, uint32_t *who, struct fault *f)
{
    if (epidemic_run(&s->epidemic, node, true, f))
        return -1;
    *who = s->epidemic.course.spied;
    return 0;
}

/* By whom a spy hears of this node's record; NOBODY: none does, for its stem goes round. */
static int spied_by(struct spying *s, uint32_t node, uint32_t *who, struct fault *f)
{
    const uint64_t fluff = s->settings->fluff;
    if (s->settings->route == ROUTE_NONE ||
        (fluff && s->settings->own == OWN_DRAWN && chance_below(&s->chance, fluff) == 0))
        return spied_spread(s, node, who, f);
    uint32_t edge = stem_routes_begin(&s->routes, node, &s->chance);
    for (uint32_t hops = 0; hops < 2 * s->graph.nodes; hops++) {
        uint32_t next = s->routes.to[edge];
        *who = edge / 2;
        if (s->is_spy[next])
            return 0;
        if (fluff && chance_below(&s->chance, fluff) == 0)
            return spied_spread(s, next, who, f);
        edge = stem_routes_next(&s->routes, edge, &s->chance);
    }
    *who = NOBODY;
    return 0;
}

static int spy_on_all(struct spying *s, struct fault *f)
{
    memset(s->attributed, 0, s->graph.nodes * sizeof *s->attributed);
    for (uint32_t node = 0; node < s->graph.nodes; node++) {
        uint32_t who;
        if (s->is_spy[node])
            continue;
        if (spied_by(s, node, &who, f))
            return -1;
        if (who != NOBODY)
            s->attributed[who] = (s->attributed[who] + 1) | (who == node ? OWN : 0);
    }
    return 0;
}

/* What the theory says of precision, in a tree, for stems that go on until they reach a spy: p is
 * the share of spies. See netsim-scale(7). 0: it says nothing. */
static double theory(const struct spy_settings *s)
{
    double p = (double)s->spies / SETTING_ONE, a = (1 - p) / 2;
    if (s->fluff || s->route == ROUTE_NONE || s->route == STEM_PER_RECORD)
        return 0;
    if (s->chosen == 0 && s->route == STEM_ONE_TO_ONE)
        return 2 * p * p * real_log((1 + p) / (2 * p)) + 2 * p * p * p / (1 + p);
    if (s->chosen == 0 && s->route == STEM_ALL_TO_ONE)
        return p * (2 * (1 - a) / a * real_log(1 / (1 - a)) - 1);
    if (s->chosen == 1 && s->route == STEM_ALL_TO_ONE)
        return p * (1 + p) / 2;
    return 0;
}

static int print(const struct spying *s, struct buf *out, struct fault *f)
{
    const struct spy_settings *t = s->settings;
    double precision = 0, p = (double)t->spies / SETTING_ONE;
    uint32_t right = 0;
    for (uint32_t node = 0; node < s->graph.nodes; node++)
        if (s->attributed[node] & OWN) {
            right++;
            precision += 1.0 / (s->attributed[node] & ~OWN);
        }
    return model_print(out, f, "%" PRIu32 " %.4f %.4f %.4f %.4f %.4f\n", s->graph.nodes, p,
                       precision / s->honest, (double)right / s->honest, theory(t), p * p);
}

static int run_one(struct spying *s, struct buf *out, struct fault *f)
{
    const struct spy_settings *t = s->settings;
    struct peer_graph_setup graph = {s->graph.nodes, (uint32_t)t->fanout, (uint32_t)t->inbound,
                                     chance_next(&s->chance)};
    if (peer_graph_make(&s->graph, &graph, f))
        return -1;
    enum stem_rule rule = t->route == ROUTE_NONE ? STEM_PER_RECORD : (enum stem_rule)t->route;
    choose_spies(s);
    s->setup = (struct epidemic_setup){.graph = &s->graph,
                                       .seed = chance_next(&s->chance),
                                       .spread = (enum spread)t->spread,
                                       .delay = (uint32_t)t->delay};
    int failed = stem_routes_make(&s->routes, rule, s->graph.nodes, t->chosen ? &s->graph : NULL,
                                  chance_next(&s->chance), f);
    if (!failed && (failed = epidemic_init(&s->epidemic, &s->setup, f)) == 0) {
        s->epidemic.is_spy = s->is_spy;
        failed = spy_on_all(s, f) || print(s, out, f) ? -1 : 0;
        epidemic_free(&s->epidemic);
    }
    stem_routes_free(&s->routes);
    peer_graph_free(&s->graph);
    return failed;
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct spy_settings t = {.spies = SETTING_ONE / 10,
                             .fluff = 10,
                             .fanout = FANOUT,
                             .inbound = INBOUND,
                             .delay = DELAY,
                             .chosen = 1,
                             .runs = 1,
                             .route = STEM_ALL_TO_ONE,
                             .spread = SPREAD_EXPONENTIAL};
    struct spying s = {.settings = &t, .chance = setup->seed};
    uint32_t nodes;
    if (settings_take(settings, setup->words, setup->count, &t, f) ||
        model_nodes(setup, 4, NODES_MAX, NODES, &nodes, f))
        return -1;
    s.is_spy = malloc(nodes);
    s.attributed = malloc(nodes * sizeof *s.attributed);
    int failed = s.is_spy && s.attributed ? 0 : fault_memory(f);
    if (!failed)
        failed = model_print(out, f, "# nodes spies precision recall theory bound\n");
    for (uint64_t i = 0; !failed && i < t.runs; i++) {
        s.graph.nodes = nodes;
        failed = run_one(&s, out, f);
    }
    free(s.is_spy);
    free(s.attributed);
    return failed;
}

const struct sim_model model_first_spy = {
    "first-spy", "who made a record: what an adversary with some of the nodes can tell", run};
