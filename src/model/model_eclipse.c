/*
 * The model `eclipse`: an attacker hides one key by nodes near it, and by the number of addresses,
 * how often that works: with ids bound to addresses (BEP 42), and without.
 *
 * Without, k addresses in k networks are enough. With, an address has 8 ids, so it is nearer to the
 * key than the nearest of N honest nodes with a chance of about 8/N, and k such take kN/8
 * addresses.
 */
#include "model/settings.h"
#include "model/table.h"
#include "overlay/node_id_draw.h"
#include "overlay/static_lookup.h"

#include "virtual/draw.h"

#include <inttypes.h>

enum { NODES = 1024, ADDRESSES = 4096, KEYS = 20, KEYS_MAX = 100000, DELAY = 50 };

struct eclipse_settings {
    uint64_t k, addresses, networks, keys, bound, limit, poison;
};

#define AT(field) offsetof(struct eclipse_settings, field)

static const char *const no_yes[] = {"no", "yes", NULL};

static const struct setting settings[] = {
    {"k", SETTING_NUMBER, AT(k), 1, ROUTING_K_MAX, NULL},
    {"addresses", SETTING_NUMBER, AT(addresses), 1, STATIC_NET_SYBILS_MAX, NULL},
    {"networks", SETTING_NUMBER, AT(networks), 0, STATIC_NET_SYBILS_MAX, NULL},
    {"keys", SETTING_NUMBER, AT(keys), 1, KEYS_MAX, NULL},
    {"bound", SETTING_WORD, AT(bound), 0, 0, no_yes},
    {"limit", SETTING_WORD, AT(limit), 0, 0, no_yes},
    {"poison", SETTING_WORD, AT(poison), 0, 0, no_yes},
    {0},
};

/* What came of the lookups of all keys. */
struct eclipse_sums {
    uint64_t eclipsed, sybils, queries, timeouts;
};

/* One lookup of one key, in a network of its own. */
static int look_up(const struct static_net_setup *setup, const struct eclipse_settings *s,
                   struct eclipse_sums *sums, struct fault *f)
{
    uint64_t chance = sim_stream(setup->seed, "lookups", 0);
    struct static_lookup_setup how = {.rules = lookup_rules_default,
                                      .delay = {SIM_CONSTANT, DELAY, DELAY, 0}};
    struct static_lookup_course c;
    struct static_lookup run;
    struct static_net net;
    uint32_t node;
    if (static_net_make(&net, setup, f))
        return -1;
    do
        node = (uint32_t)chance_below(&chance, net.count);
    while (net.nodes[node].sybil);
    how.rules.k = setup->k;
    how.rules.bound_ids = setup->bound_ids;
    how.rules.per_network = s->limit ? how.rules.per_network : 0;
    static_lookup_init(&run, &net, &how);
    const int failed = static_lookup_run(&run, node, &setup->key, &c, f);
    static_lookup_free(&run);
    static_net_free(&net);
    sums->eclipsed += c.sybils == c.nearest;
    sums->sybils += c.sybils;
    sums->queries += c.queries;
    sums->timeouts += c.timeouts;
    return failed;
}

static int print(struct static_net_setup *setup, const struct eclipse_settings *s, uint64_t seed,
                 struct buf *out, struct fault *f)
{
    struct eclipse_sums sums = {0};
    const double keys = (double)s->keys;
    uint64_t chance = sim_stream(seed, "keys", 0);
    for (uint64_t i = 0; i < s->keys; i++) {
        setup->key = node_id_draw(&chance);
        setup->seed = sim_stream(seed, "net", i);
        if (look_up(setup, s, &sums, f))
            return -1;
    }
    return model_print(
        out, f, "%" PRIu32 " %" PRIu64 " %d %d %" PRIu32 " %" PRIu32 " %.4f %.2f %.2f %.2f\n",
        setup->nodes, s->k, setup->bound_ids, setup->one_a_network, setup->sybils,
        setup->networks ? setup->networks : setup->sybils, (double)sums.eclipsed / keys,
        (double)sums.sybils / keys, (double)sums.queries / keys, (double)sums.timeouts / keys);
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct eclipse_settings s = {.k = 8, .addresses = ADDRESSES, .keys = KEYS, .limit = 1};
    struct static_net_setup net = {0};
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 16, STATIC_NET_MAX, NODES, &net.nodes, f))
        return -1;
    net.k = (unsigned)s.k;
    net.bound_ids = s.bound;
    net.one_a_network = s.limit;
    net.networks = (uint32_t)s.networks;
    net.poison = s.poison;
    int failed = model_print(
        out, f, "# nodes k bound limit addresses networks eclipsed sybils queries timeouts\n");
    for (uint64_t addresses = 1; addresses <= s.addresses && !failed; addresses *= 2) {
        net.sybils = (uint32_t)addresses;
        failed = print(&net, &s, setup->seed, out, f);
    }
    return failed;
}

const struct sim_model model_eclipse = {
    "eclipse", "one key hidden by an attacker's nodes near it, by their addresses", run};
