/*
 * The model `selfish`: a pool that withholds its blocks (Eyal and Sirer 2014, "Majority Is Not
 * Enough: Bitcoin Mining Is Vulnerable", algorithm 1) against miners who mine on the longest chain
 * that they see. All blocks are kept in a tree, and the revenue is counted on its longest chain.
 *
 * Which of two exponential clocks is first is a coin of their rates, so the next block is the
 * pool's with the chance alpha. If two chains are equally long, the honest mine on the pool's with
 * the chance gamma.
 */
#include "model/real.h"
#include "model/settings.h"
#include "model/table.h"

#include "base/chance.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

enum { BLOCKS = 100000, BLOCKS_MAX = 100000000, BATCHES = 100 };

struct selfish_settings {
    uint64_t alpha, gamma, blocks;
};

#define AT(field) offsetof(struct selfish_settings, field)

static const struct setting settings[] = {
    {"alpha", SETTING_DECIMAL, AT(alpha), 1, SETTING_ONE / 2 - 1, NULL},
    {"gamma", SETTING_DECIMAL, AT(gamma), 0, SETTING_ONE, NULL},
    {"blocks", SETTING_NUMBER, AT(blocks), 10 * BATCHES, BLOCKS_MAX, NULL},
    {0},
};

struct selfish_block {
    uint32_t parent : 31, pool : 1;
    uint32_t height;
};

struct selfish {
    struct selfish_block *blocks; /* [0]: genesis */
    uint32_t count;
    uint32_t private_tip, private_length; /* blocks of the private branch, published or not */
    uint32_t public_tip;                  /* of the honest miners' chain */
    uint32_t rival; /* what the pool has published, of the same height; 0: nothing */
    uint64_t chance;
};

static uint32_t add(struct selfish *s, uint32_t parent, bool pool)
{
    struct selfish_block *b = &s->blocks[s->count];
    b->parent = parent & 0x7fffffff;
    b->pool = pool;
    b->height = s->blocks[parent].height + 1;
    return s->count++;
}

static int lead(const struct selfish *s)
{
    return (int)(s->blocks[s->private_tip].height - s->blocks[s->public_tip].height);
}

static void publish_all(struct selfish *s)
{
    s->public_tip = s->private_tip;
    s->private_length = s->rival = 0;
}

static void pool_finds(struct selfish *s)
{
    int before = lead(s);
    s->private_tip = add(s, s->private_tip, true);
    s->private_length++;
    if (before == 0 && s->private_length == 2)
        publish_all(s);
}

/* The pool shows as much of its branch as the public chain is long. */
static void publish_some(struct selfish *s)
{
    s->rival = s->private_tip;
    while (s->blocks[s->rival].height > s->blocks[s->public_tip].height)
        s->rival = s->blocks[s->rival].parent;
}

static void honest_find(struct selfish *s, uint64_t gamma)
{
    int before = lead(s);
    bool on_rival = s->rival && chance_below(&s->chance, SETTING_ONE) < gamma;
    s->public_tip = add(s, on_rival ? s->rival : s->public_tip, false);
    s->rival = 0;
    if (before == 0) {
        s->private_tip = s->public_tip;
        s->private_length = 0;
    } else if (before == 2) {
        publish_all(s);
    } else {
        publish_some(s);
    }
}

/* The revenue in so many parts of the longest chain, one after the other. */
static void count_parts(const struct selfish *s, double parts[BATCHES], uint32_t *chain,
                        uint32_t *pool)
{
    uint32_t tip = lead(s) > 0 ? s->private_tip : s->public_tip, owned[BATCHES] = {0};
    *chain = s->blocks[tip].height;
    *pool = 0;
    for (; tip; tip = s->blocks[tip].parent) {
        uint64_t part = (uint64_t)(s->blocks[tip].height - 1) * BATCHES / *chain;
        owned[part] += s->blocks[tip].pool;
        *pool += s->blocks[tip].pool;
    }
    for (int i = 0; i < BATCHES; i++)
        parts[i] = (double)owned[i] * BATCHES / *chain;
}

/* Equation 8 of the paper. */
static double theory(double a, double g)
{
    return (a * (1 - a) * (1 - a) * (4 * a + g * (1 - 2 * a)) - a * a * a) /
           (1 - a * (1 + (2 - a) * a));
}

static int print(const struct selfish *s, const struct selfish_settings *t, struct buf *out,
                 struct fault *f)
{
    double parts[BATCHES], squares = 0, a = (double)t->alpha / SETTING_ONE,
                           g = (double)t->gamma / SETTING_ONE;
    uint32_t chain, pool;
    count_parts(s, parts, &chain, &pool);
    double mean = (double)pool / chain;
    for (int i = 0; i < BATCHES; i++)
        squares += (parts[i] - mean) * (parts[i] - mean);
    double sigma = real_sqrt(squares / (BATCHES - 1) / BATCHES);
    return model_print(out, f,
                       "# alpha gamma found chain revenue sigma theory deviation/sigma\n"
                       "%.6f %.6f %" PRIu64 " %" PRIu32 " %.6f %.6f %.6f %.2f\n",
                       a, g, t->blocks, chain, mean, sigma, theory(a, g),
                       sigma > 0 ? (mean - theory(a, g)) / sigma : 0);
}

static int run(const struct sim_model_setup *setup, struct buf *out, struct fault *f)
{
    struct selfish_settings t = {SETTING_ONE / 3, 0, BLOCKS};
    struct selfish s = {.count = 1, .chance = setup->seed};
    if (settings_take(settings, setup->words, setup->count, &t, f))
        return -1;
    if (setup->nodes)
        return fault_rule(f, "-n: this model has a pool and the others, whatever their number");
    s.blocks = malloc((t.blocks + 1) * sizeof *s.blocks);
    if (!s.blocks)
        return fault_memory(f);
    s.blocks[0] = (struct selfish_block){0};
    for (uint64_t i = 0; i < t.blocks; i++)
        if (chance_below(&s.chance, SETTING_ONE) < t.alpha)
            pool_finds(&s);
        else
            honest_find(&s, t.gamma);
    int failed = print(&s, &t, out, f);
    free(s.blocks);
    return failed;
}

const struct sim_model model_selfish = {
    "selfish", "a pool that withholds blocks: its revenue beside the formula", run};
