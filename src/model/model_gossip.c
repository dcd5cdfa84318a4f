/* The model `gossip`: how long a record takes to reach a network, and what that costs. */
#include "model/epidemic.h"
#include "model/peer_network.h"
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"

#include "base/chance.h"

#include <inttypes.h>

enum { NODES = 1000, FANOUT = 8, INBOUND = 1024, DELAY = 100, FLUFF = 10 };
enum { SHOW_SUM, SHOW_TIMES, SHOW_HOPS };

struct gossip_settings {
    uint64_t fanout, inbound, delay, spread, eager, stems, fluff, part, heal, runs, show, real;
};

static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const shows[] = {"sum", "times", "hops", NULL};

#define AT(field) offsetof(struct gossip_settings, field)

static const struct setting settings[] = {
    {"fanout", SETTING_NUMBER, AT(fanout), 1, PEER_GRAPH_DIAL_MAX, NULL},
    {"inbound", SETTING_NUMBER, AT(inbound), 1, 4096, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, EPIDEMIC_DELAY_MAX, NULL},
    {"spread", SETTING_WORD, AT(spread), 0, 0, spread_words},
    {"eager", SETTING_NUMBER, AT(eager), 0, 4096, NULL},
    {"stems", SETTING_WORD, AT(stems), 0, 0, no_yes},
    {"fluff", SETTING_NUMBER, AT(fluff), 1, 1000000, NULL},
    {"part", SETTING_DECIMAL, AT(part), 0, SETTING_ONE - 1, NULL},
    {"heal", SETTING_NUMBER, AT(heal), 0, EPIDEMIC_PART_MAX, NULL},
    {"runs", SETTING_NUMBER, AT(runs), 1, 10000, NULL},
    {"real", SETTING_WORD, AT(real), 0, 0, no_yes},
    {"show", SETTING_WORD, AT(show), 0, 0, shows},
    {0},
};

/* The logarithm of the nodes to the base of how many others a node's peer leads to: it has `fanout`
 * peers that it dialed, and on average as many that dialed it, of Poisson's distribution. */
static double log_nodes(uint32_t nodes, double fanout)
{
    return real_log(nodes) / real_log(2 * fanout - 0.5);
}

/* After how many hops 99 percent should have the record: by generating functions of the degrees
 * (Newman, Strogatz and Watts 2001), in which each node is the source with a chance of 1/nodes, and
 * `without` is the chance that a node, seen from a peer, lacks it. -1: never. */
static int theory_hops(uint32_t nodes, unsigned fanout)
{
    double no_source = 1 - 1 / (double)nodes, without = no_source;
    for (int hops = 1; hops < 1000; hops++) {
        double power = real_power(without, fanout - 1) * real_exp(fanout * (without - 1));
        if (no_source * power * without <= 0.01)
            return hops;
        without = no_source * power * (1 + without) / 2;
    }
    return -1;
}

static int print_sum(const struct epidemic_course *c, uint32_t nodes,
                     const struct gossip_settings *s, struct buf *out, struct fault *f)
{
    return model_print(
        out, f,
        "%" PRIu32 " %" PRIu64 " %" PRIu32 " %" PRId64 " %" PRId64 " %" PRId64 " %d %d %d %.2f %d"
        " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
        nodes, s->fanout, c->reached, epidemic_ms(c, 50), epidemic_ms(c, 99), epidemic_ms(c, 100),
        epidemic_hops(c, nodes, 50), epidemic_hops(c, nodes, 99), epidemic_hops(c, nodes, 100),
        log_nodes(nodes, (double)s->fanout), theory_hops(nodes, (unsigned)s->fanout), c->announced,
        c->repeated, c->delivered, c->superfluous, c->stem_hops);
}

static int print_times(const struct epidemic_course *c, struct buf *out, struct fault *f)
{
    for (int p = 1; p <= 100; p++)
        if (c->percent[p] != UINT32_MAX &&
            model_print(out, f, "%" PRIu32 " %d\n", c->percent[p], p))
            return -1;
    return 0;
}

static int print_hops(const struct epidemic_course *c, struct buf *out, struct fault *f)
{
    uint32_t sum = 0;
    for (int hops = 0; hops < EPIDEMIC_HOPS_MAX && sum < c->reached; hops++) {
        sum += c->at_hop[hops];
        if (c->at_hop[hops] &&
            model_print(out, f, "%d %" PRIu32 " %" PRIu32 "\n", hops, c->at_hop[hops], sum))
            return -1;
    }
    return 0;
}

static int print(const struct epidemic_course *c, uint32_t nodes, const struct gossip_settings *s,
                 struct buf *out, struct fault *f)
{
    return s->show == SHOW_SUM     ? print_sum(c, nodes, s, out, f)
           : s->show == SHOW_TIMES ? print_times(c, out, f)
                                   : print_hops(c, out, f);
}

static const char *const columns[] = {
    ("# nodes fanout reached ms50 ms99 ms100 hops50 hops99 hops100 log theory99"
     " announced repeated delivered superfluous stem\n"),
    "# ms percent\n",
    "# hop nodes sum\n",
};

static int run_all(struct epidemic *e, const struct gossip_settings *s, uint64_t *chance,
                   struct buf *out, struct fault *f)
{
    const uint32_t nodes = e->setup->graph->nodes;
    for (uint64_t i = 0; i < s->runs; i++)
        if (epidemic_run(e, (uint32_t)chance_below(chance, nodes), false, f) ||
            print(&e->course, nodes, s, out, f))
            return -1;
    return 0;
}

static int run_on(const struct peer_graph *g, const struct gossip_settings *s, uint64_t *chance,
                  struct buf *out, struct fault *f)
{
    struct stem_routes routes = {0};
    struct epidemic e = {0};
    struct epidemic_setup setup = {
        .graph = g,
        .spread = (enum spread)s->spread,
        .delay = (uint32_t)s->delay,
        .eager = (uint32_t)s->eager,
        .routes = s->stems ? &routes : NULL,
        .fluff = (uint32_t)s->fluff,
        .part = (uint32_t)(s->part * g->nodes / SETTING_ONE),
        .heal = (uint32_t)s->heal,
    };
    setup.seed = chance_next(chance);
    uint64_t seed = chance_next(chance);
    if (s->stems && stem_routes_make(&routes, STEM_ALL_TO_ONE, g->nodes, g, seed, f))
        return -1;
    int failed = epidemic_init(&e, &setup, f) || run_all(&e, s, chance, out, f);
    epidemic_free(&e);
    stem_routes_free(&routes);
    return failed ? -1 : 0;
}

static int run_model(const struct peer_graph_setup *graph, const struct gossip_settings *s,
                     uint64_t *chance, struct buf *out, struct fault *f)
{
    struct peer_graph g;
    if (peer_graph_make(&g, graph, f))
        return -1;
    int failed = run_on(&g, s, chance, out, f);
    peer_graph_free(&g);
    return failed;
}

static int run_real(const struct peer_graph_setup *graph, const struct gossip_settings *s,
                    uint64_t *chance, struct buf *out, struct fault *f)
{
    const struct peer_network_setup setup = {
        .nodes = graph->nodes,
        .fanout = graph->dial,
        .stems = s->stems,
        .spread = (enum spread)s->spread,
        .delay = (uint32_t)s->delay,
        .part = (uint32_t)(s->part * graph->nodes / SETTING_ONE),
        .heal = (uint32_t)s->heal,
        .seed = chance_next(chance),
    };
    struct epidemic_course course;
    struct peer_network *r = peer_network_new(&setup, f);
    int failed = r ? 0 : -1;
    for (uint64_t i = 0; !failed && i < s->runs; i++)
        failed = peer_network_run(r, (uint32_t)chance_below(chance, setup.nodes), &course, f) ||
                 print(&course, setup.nodes, s, out, f);
    if (r)
        peer_network_free(r);
    return failed ? -1 : 0;
}

static int check(const struct gossip_settings *s, struct fault *f)
{
    if (s->stems && s->part)
        return fault_rule(f, "stems=yes and part: a stem may not end where the network is parted");
    if (s->real && (s->eager || s->show == SHOW_HOPS))
        return fault_rule(f, "real=yes: without eager and show=hops, which belong to the model");
    return 0;
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct gossip_settings s = {
        .fanout = FANOUT, .inbound = INBOUND, .delay = DELAY, .fluff = FLUFF, .runs = 1};
    struct peer_graph_setup graph = {.nodes = 0};
    uint64_t chance = setup->seed;
    if (settings_take(settings, setup->words, setup->count, &s, f) || check(&s, f) ||
        model_nodes(setup, 2, s.real ? PEER_NETWORK_NODES_MAX : PEER_GRAPH_NODES_MAX, NODES,
                    &graph.nodes, f))
        return -1;
    graph.dial = (uint32_t)s.fanout;
    graph.inbound = (uint32_t)s.inbound;
    graph.seed = chance_next(&chance);
    if (model_print(out, f, "%s", columns[s.show]))
        return -1;
    return s.real ? run_real(&graph, &s, &chance, out, f) : run_model(&graph, &s, &chance, out, f);
}

const struct sim_model model_gossip = {
    "gossip", "a record that all nodes are to have: hops, time and duplicates", run};
