/*
 * The model `pull`: how long it takes until all nodes have a chain that one of them had, if each
 * asks another one, drawn at random, from time to time. The nodes are the project's own
 * (simpeer/peer_engine.h): puller and listener.
 *
 * With exponential times of the mean T between two pulls of a node, the share x of those that have
 * the chain grows by x (1 - x) / T, so from 1/N to 0.99 it takes T (ln(N - 1) + ln 99); this leaves
 * out what a pull itself takes.
 */
#include "model/peer_network.h"
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"
#include "simpeer/peer_pull.h"

#include <inttypes.h>

enum { NODES = 50, NODES_MAX = 10000, BLOCKS = 100, FANOUT = 4, DELAY = 100 };

struct pull_settings {
    uint64_t blocks, fanout, delay, spread;
};

#define AT(field) offsetof(struct pull_settings, field)

static const struct setting settings[] = {
    {"blocks", SETTING_NUMBER, AT(blocks), 1, PEER_BLOCKS_MAX, NULL},
    {"fanout", SETTING_NUMBER, AT(fanout), 1, PEER_GRAPH_DIAL_MAX, NULL},
    {"delay", SETTING_NUMBER, AT(delay), 1, EPIDEMIC_DELAY_MAX, NULL},
    {"spread", SETTING_WORD, AT(spread), 0, 0, spread_words},
    {0},
};

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct pull_settings s = {.blocks = BLOCKS, .fanout = FANOUT, .delay = DELAY};
    struct peer_network_setup real = {.seed = setup->seed};
    struct epidemic_course c;
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 2, NODES_MAX, NODES, &real.nodes, f))
        return -1;
    real.blocks = (uint32_t)s.blocks;
    real.fanout = (uint32_t)s.fanout;
    real.delay = (uint32_t)s.delay;
    real.spread = (enum spread)s.spread;
    if (peer_network_pull(&real, &c, f))
        return -1;
    const double theory = PEER_PULL_EVERY * (real_log(real.nodes - 1) + real_log(99));
    return model_print(out, f,
                       "# nodes blocks reached ms50 ms99 ms100 theory99 messages\n"
                       "%" PRIu32 " %" PRIu64 " %" PRIu32 " %" PRId64 " %" PRId64 " %" PRId64
                       " %.0f %" PRIu64 "\n",
                       real.nodes, s.blocks, c.reached, epidemic_ms(&c, 50), epidemic_ms(&c, 99),
                       epidemic_ms(&c, 100), theory, c.messages);
}

const struct sim_model model_pull = {
    "pull", "a chain that all nodes are to have: our own pullers and listeners", run};
