/*
 * The model `chord`: lookups on a ring that stands still, with dead nodes that nobody has noticed.
 *
 * A hop halves the distance on average, and half of the bits of a distance are 0: so it takes half
 * the logarithm of the nodes to the node before the key, and one more hop to the key's own.
 */
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"
#include "overlay/chord.h"
#include "overlay/figures.h"

#include "virtual/draw.h"

#include <inttypes.h>

enum { NODES = 1024, LOOKUPS = 10000, LOOKUPS_MAX = 10000000, DELAY = 50, TIMEOUT = 1000 };

struct chord_settings {
    uint64_t successors, dead, lookups, delay, timeout;
};

#define AT(field) offsetof(struct chord_settings, field)

static const struct setting settings[] = {
    {"successors", SETTING_NUMBER, AT(successors), 1, CHORD_SUCCESSORS_MAX, NULL},
    {"dead", SETTING_DECIMAL, AT(dead), 0, SETTING_ONE * 9 / 10, NULL},
    {"lookups", SETTING_NUMBER, AT(lookups), 1, LOOKUPS_MAX, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, 10000, NULL},
    {"timeout", SETTING_NUMBER, AT(timeout), 1, 60000, NULL},
    {0},
};

struct chord_sums {
    struct figures hops, timeouts, ms;
    uint64_t found;
};

static int look_up(const struct chord *c, const struct chord_settings *s, uint64_t seed,
                   struct chord_sums *sums, struct fault *f)
{
    uint64_t chance = sim_stream(seed, "lookups", 0);
    for (uint64_t i = 0; i < s->lookups; i++) {
        uint32_t node;
        do
            node = (uint32_t)chance_below(&chance, c->nodes);
        while (c->dead[node]);
        const struct chord_course x = chord_find(c, node, chance_next(&chance));
        sums->found += x.found;
        if ((x.found && figures_add(&sums->hops, x.hops)) ||
            figures_add(&sums->timeouts, x.timeouts) ||
            figures_add(&sums->ms, x.hops * 2 * s->delay + x.timeouts * s->timeout))
            return fault_memory(f);
    }
    return 0;
}

static int print(uint32_t nodes, const struct chord_settings *s, struct chord_sums *m,
                 struct buf *out, struct fault *f)
{
    const double theory = real_log(nodes) / real_log(2) / 2;
    return model_print(
        out, f,
        "# nodes successors dead hops hops50 hops95 theory timeouts ms50 ms95 found\n"
        "%" PRIu32 " %" PRIu64 " %.2f %.2f %" PRIu32 " %" PRIu32 " %.2f %.2f %" PRIu32 " %" PRIu32
        " %.4f\n",
        nodes, s->successors, (double)s->dead / SETTING_ONE, figures_mean(&m->hops),
        figures_percentile(&m->hops, 50), figures_percentile(&m->hops, 95), theory,
        figures_mean(&m->timeouts), figures_percentile(&m->ms, 50), figures_percentile(&m->ms, 95),
        (double)m->found / (double)s->lookups);
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct chord_settings s = {
        .successors = 8, .lookups = LOOKUPS, .delay = DELAY, .timeout = TIMEOUT};
    struct chord_sums sums = {0};
    struct chord ring;
    uint32_t nodes;
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 2, CHORD_MAX, NODES, &nodes, f) ||
        chord_make(&ring, nodes, (unsigned)s.successors, (uint32_t)s.dead, setup->seed, f))
        return -1;
    const int failed = look_up(&ring, &s, setup->seed, &sums, f) || print(nodes, &s, &sums, out, f)
                           ? -1
                           : 0;
    chord_free(&ring);
    figures_free(&sums.hops);
    figures_free(&sums.timeouts);
    figures_free(&sums.ms);
    return failed;
}

const struct sim_model model_chord = {"chord",
                                      "lookups on a ring that stands still, with dead nodes", run};
