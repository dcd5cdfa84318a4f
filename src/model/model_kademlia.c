/*
 * The model `kademlia`: lookups in a network that stands still, with tables full of live and dead
 * contacts, by the code of the DHT's nodes (src/lookup).
 */
#include "model/settings.h"
#include "model/table.h"
#include "overlay/figures.h"
#include "overlay/node_id_draw.h"
#include "overlay/static_lookup.h"

#include "model/spread.h"
#include "virtual/draw.h"

#include <inttypes.h>

enum { NODES = 1024, LOOKUPS = 1000, LOOKUPS_MAX = 1000000, DELAY = 50, DELAY_MAX = 10000 };

struct kademlia_settings {
    uint64_t k, alpha, dead, lookups, delay, spread, slow, timeout;
};

#define AT(field) offsetof(struct kademlia_settings, field)

static const struct setting settings[] = {
    {"k", SETTING_NUMBER, AT(k), 1, ROUTING_K_MAX, NULL},
    {"alpha", SETTING_NUMBER, AT(alpha), 1, 64, NULL},
    {"dead", SETTING_DECIMAL, AT(dead), 0, SETTING_ONE * 9 / 10, NULL},
    {"lookups", SETTING_NUMBER, AT(lookups), 1, LOOKUPS_MAX, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, DELAY_MAX, NULL},
    {"spread", SETTING_WORD, AT(spread), 0, 0, spread_words},
    {"slow", SETTING_NUMBER, AT(slow), 1, 60000, NULL},
    {"timeout", SETTING_NUMBER, AT(timeout), 1, 60000, NULL},
    {0},
};

struct kademlia_sums {
    struct figures hops, queries, timeouts, ms, tables;
    uint32_t found;
};

static struct sim_delay delay_of(const struct kademlia_settings *s)
{
    const int32_t ms = (int32_t)s->delay;
    if (s->spread == SPREAD_UNIFORM)
        return (struct sim_delay){SIM_UNIFORM, ms / 2, ms + ms / 2, 0};
    if (s->spread == SPREAD_EXPONENTIAL)
        return (struct sim_delay){SIM_EXPONENTIAL, 0, SIM_DRAW_MAX, ms};
    return (struct sim_delay){SIM_CONSTANT, ms, ms, 0};
}

static uint32_t draw_live(const struct static_net *n, uint64_t *chance)
{
    uint32_t node;
    do
        node = (uint32_t)chance_below(chance, n->count);
    while (n->nodes[node].dead);
    return node;
}

static int add(struct kademlia_sums *sums, const struct static_lookup_course *c, struct fault *f)
{
    sums->found += c->hops > 0;
    if ((c->hops && figures_add(&sums->hops, c->hops)) || figures_add(&sums->queries, c->queries) ||
        figures_add(&sums->timeouts, c->timeouts) || figures_add(&sums->ms, (uint64_t)c->ms))
        return fault_memory(f);
    return 0;
}

static int look_up(const struct static_net *n, const struct kademlia_settings *s,
                   struct kademlia_sums *sums, struct fault *f)
{
    uint64_t chance = sim_stream(n->setup.seed, "lookups", 0);
    struct static_lookup_setup setup = {.rules = lookup_rules_default, .delay = delay_of(s)};
    struct static_lookup run;
    struct static_lookup_course c;
    setup.rules.k = (unsigned)s->k;
    setup.rules.alpha = (unsigned)s->alpha;
    setup.rules.slow = (int64_t)(s->slow < s->timeout ? s->slow : s->timeout);
    setup.rules.timeout = (int64_t)s->timeout;
    static_lookup_init(&run, n, &setup);
    int failed = 0;
    for (uint64_t i = 0; i < s->lookups && !failed; i++) {
        const uint32_t node = draw_live(n, &chance);
        const struct node_id target = node_id_draw(&chance);
        failed = static_lookup_run(&run, node, &target, &c, f) || add(sums, &c, f);
        if (!failed && figures_add(&sums->tables, static_net_table_size(n, node)))
            failed = fault_memory(f);
    }
    static_lookup_free(&run);
    return failed;
}

static int print(uint32_t nodes, const struct kademlia_settings *s, struct kademlia_sums *m,
                 struct buf *out, struct fault *f)
{
    return model_print(
        out, f,
        "# nodes k alpha dead hops hops50 hops95 queries queries50 queries95 timeouts50 ms50 ms95 "
        "table found\n"
        "%" PRIu32 " %" PRIu64 " %" PRIu64 " %.2f %.2f %" PRIu32 " %" PRIu32 " %.2f %" PRIu32
        " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %.1f %.4f\n",
        nodes, s->k, s->alpha, (double)s->dead / SETTING_ONE, figures_mean(&m->hops),
        figures_percentile(&m->hops, 50), figures_percentile(&m->hops, 95),
        figures_mean(&m->queries), figures_percentile(&m->queries, 50),
        figures_percentile(&m->queries, 95), figures_percentile(&m->timeouts, 50),
        figures_percentile(&m->ms, 50), figures_percentile(&m->ms, 95), figures_mean(&m->tables),
        (double)m->found / (double)s->lookups);
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct kademlia_settings s = {
        .k = 8, .alpha = 3, .lookups = LOOKUPS, .delay = DELAY, .slow = 1000, .timeout = 5000};
    struct kademlia_sums sums = {0};
    struct static_net_setup net_setup = {.seed = setup->seed, .one_a_network = true};
    struct static_net net;
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 16, STATIC_NET_MAX, NODES, &net_setup.nodes, f))
        return -1;
    net_setup.k = (unsigned)s.k;
    net_setup.dead = (uint32_t)s.dead;
    if (static_net_make(&net, &net_setup, f))
        return -1;
    const int failed = look_up(&net, &s, &sums, f) || print(net.count, &s, &sums, out, f) ? -1 : 0;
    static_net_free(&net);
    figures_free(&sums.hops);
    figures_free(&sums.queries);
    figures_free(&sums.timeouts);
    figures_free(&sums.ms);
    figures_free(&sums.tables);
    return failed;
}

const struct sim_model model_kademlia = {
    "kademlia", "lookups in a DHT that stands still, with dead contacts", run};
