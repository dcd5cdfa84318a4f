/*
 * The model `mining`: honest miners of equal power whose blocks take time to reach the others. Each
 * mines on the highest block that it has seen, of several the first.
 *
 * If blocks take the same time D to all and there are many miners, no block of the next height is
 * found before D has passed since the first of a height; so heights follow each other in D + T on
 * average, with one block every T found in all, and the blocks at a height beside the first have
 * Poisson's distribution of mean D/T. (Sompolinsky and Zohar 2015, "Secure High-Rate Transaction
 * Processing in Bitcoin", has the growth as a bound for all networks of this delay.)
 */
#include "model/real.h"
#include "model/settings.h"
#include "model/spread.h"
#include "model/table.h"
#include "virtual/exponential.h"
#include "virtual/queue.h"

#include "base/chance.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MINERS = 1000, MINERS_MAX = 100000, BLOCKS = 10000, BLOCKS_MAX = 10000000 };
enum { FOUND, ARRIVED };      /* events */
enum { MICROSECONDS = 1000 }; /* of a millisecond: the queue counts in them */
enum { DELAY = 6000, INTERVAL = 600000, INTERVAL_MAX = 1 << 30 }; /* ms */

#define ALL UINT32_MAX

struct mining_settings {
    uint64_t delay, interval, blocks, spread;
};

#define AT(field) offsetof(struct mining_settings, field)

static const struct setting settings[] = {
    {"delay", SETTING_NUMBER, AT(delay), 0, INTERVAL_MAX, NULL},
    {"interval", SETTING_NUMBER, AT(interval), 1, INTERVAL_MAX, NULL},
    {"blocks", SETTING_NUMBER, AT(blocks), 1, BLOCKS_MAX, NULL},
    {"spread", SETTING_WORD, AT(spread), 0, 0, spread_words},
    {0},
};

struct mining {
    const struct mining_settings *settings;
    uint32_t miners;
    uint32_t *seen;       /* the height of the highest block that each has seen, */
    uint32_t seen_by_all; /* ... and that of all, if blocks reach all at once */
    uint32_t *at_height;  /* blocks at each height */
    uint32_t height;      /* the highest */
    uint64_t chance;
    struct sim_queue queue;
};

static uint64_t draw_delay(struct mining *m)
{
    return spread_draw((enum spread)m->settings->spread, m->settings->delay * MICROSECONDS,
                       &m->chance);
}

static int tell(struct mining *m, uint32_t by, uint32_t height, struct fault *f)
{
    const int64_t now = m->queue.now;
    struct sim_event e = {.kind = ARRIVED, .node = ALL, .from = height};
    if (m->settings->spread == SPREAD_CONSTANT)
        return sim_queue_add(&m->queue, now + (int64_t)m->settings->delay * MICROSECONDS, &e, f);
    for (e.node = 0; e.node < m->miners; e.node++)
        if (e.node != by && sim_queue_add(&m->queue, now + (int64_t)draw_delay(m), &e, f))
            return -1;
    return 0;
}

static int next_find(struct mining *m, struct fault *f)
{
    const struct sim_event e = {.kind = FOUND};
    uint64_t after = exponential_delay(&m->chance, m->settings->interval * MICROSECONDS);
    return sim_queue_add(&m->queue, m->queue.now + (int64_t)after, &e, f);
}

static int find(struct mining *m, struct fault *f)
{
    uint32_t by = (uint32_t)chance_below(&m->chance, m->miners);
    uint32_t parent = m->seen[by] > m->seen_by_all ? m->seen[by] : m->seen_by_all;
    uint32_t height = m->seen[by] = parent + 1;
    m->at_height[height]++;
    if (height > m->height)
        m->height = height;
    return tell(m, by, height, f);
}

static void arrive(struct mining *m, const struct sim_event *e)
{
    uint32_t *seen = e->node == ALL ? &m->seen_by_all : &m->seen[e->node];
    if (e->from > *seen)
        *seen = e->from;
}

static int mine(struct mining *m, struct fault *f)
{
    struct sim_event e;
    if (next_find(m, f))
        return -1;
    for (uint64_t blocks = 0; blocks < m->settings->blocks && sim_queue_take(&m->queue, &e);) {
        if (e.kind == ARRIVED)
            arrive(m, &e);
        else if (find(m, f) || next_find(m, f))
            return -1;
        blocks += e.kind == FOUND;
    }
    return 0;
}

static int print(const struct mining *m, struct buf *out, struct fault *f)
{
    const struct mining_settings *s = m->settings;
    const double ratio = (double)s->delay / (double)s->interval, found = (double)s->blocks;
    uint32_t forked = 0;
    for (uint32_t height = 1; height <= m->height; height++)
        forked += m->at_height[height] > 1;
    double theory = ratio / (1 + ratio), heights = found / (1 + ratio);
    return model_print(out, f,
                       "# miners delay/interval found chain stale sigma theory forked theory\n"
                       "%" PRIu32 " %.6f %" PRIu64 " %" PRIu32 " %.6f %.6f %.6f %.6f %.6f\n",
                       m->miners, ratio, s->blocks, m->height, 1 - m->height / found,
                       real_sqrt(ratio / heights) / ((1 + ratio) * (1 + ratio)), theory,
                       (double)forked / m->height, 1 - real_exp(-ratio));
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct mining_settings s = {.delay = DELAY, .interval = INTERVAL, .blocks = BLOCKS};
    struct mining m = {.settings = &s, .chance = setup->seed};
    if (settings_take(settings, setup->words, setup->count, &s, f) ||
        model_nodes(setup, 1, MINERS_MAX, MINERS, &m.miners, f))
        return -1;
    sim_queue_init(&m.queue);
    m.seen = calloc(m.miners, sizeof *m.seen);
    m.at_height = calloc(s.blocks + 1, sizeof *m.at_height);
    int failed = -1;
    if (!m.seen || !m.at_height)
        fault_memory(f);
    else
        failed = mine(&m, f) || print(&m, out, f) ? -1 : 0;
    free(m.seen);
    free(m.at_height);
    sim_queue_free(&m.queue);
    return failed;
}

const struct sim_model model_mining = {
    "mining", "honest miners whose blocks take time: forks and stale blocks", run};
