/*
 * finalitysearch SEED COUNT [RULE [MODE [EVERY]]]: so many histories at random of chains with
 * finality over work, and what they say of its rule (finalitymodel.h): where two final blocks
 * exclude each other, those who have contradicted themselves must hold more than a third of a set
 * that counted. RULE: two (the one of block(5)), one, now, half or far, which are wrong. MODE:
 *
 *   any      everybody is honest but some, whoever and however many they are
 *   honest   those some never hold a third of any set: then no two final blocks exclude each other
 *
 * Every EVERYth history (default: 1000) is held against src/state, block by block. Status 1 and the
 * history if one breaks the claim.
 */
#include "base/chance.h"
#include "finalitymodel.h"
#include "finalitystate.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How one history is drawn. */
struct plan {
    uint64_t chance;
    uint32_t liars;
    bool honest;      /* they are few in each set */
    unsigned sign;    /* of 64: how often somebody signs */
    unsigned change;  /* ... a block changes its members */
    unsigned highest; /* ... the source is the highest one */
    unsigned groups;  /* those who take turns as the members; 0: everybody comes and goes */
    int trunk, length;
};

struct conflict {
    int final[2], by[2]; /* the blocks that exclude each other, and those whose bodies say so */
};

struct sums {
    uint64_t histories, finals, conflicts, compared;
    double least; /* the least part of a set that culprits held */
};

static unsigned draw(struct plan *p, unsigned below)
{
    return (unsigned)chance_below(&p->chance, below);
}

/* --- A history -------------------------------------------------------------------------------- */

static bool is_allowed(const struct plan *p, const struct crowd *c)
{
    int all = weight_of(c, EVERYBODY);
    return all > 0 && (!p->honest || 3 * weight_of(c, p->liars) < all);
}

/* Some come, go, or weigh otherwise; or all are new; or one group of people replaces another. */
static void change(struct plan *p, struct crowd *c)
{
    struct crowd was = *c;
    unsigned few = draw(p, 3), group = p->groups ? 1 + draw(p, p->groups) : 0;
    do {
        *c = was;
        for (unsigned i = 0; i < PEOPLE; i++)
            if (group)
                c->weight[i] = (uint8_t)(i % p->groups == group - 1 ? 1 + draw(p, 3) : 0);
            else if (few == 0 || draw(p, 4) == 0)
                c->weight[i] = (uint8_t)(draw(p, 2) ? 1 + draw(p, 3) : 0);
    } while (!is_allowed(p, c));
}

static int choose_source(struct plan *p, const struct model *m, const struct model_block *b)
{
    int sources[BLOCKS], n = 0;
    for (int h = 0; h < target_of(m, b->height); h += m->every)
        if (b->justified >> h & 1)
            sources[n++] = h;
    if (n == 0)
        return -1;
    return draw(p, 64) < p->highest ? sources[n - 1] : sources[draw(p, (unsigned)n)];
}

static void sign(struct plan *p, struct model *m, int block, int source)
{
    struct line_said line;
    for (int who = 0; who < PEOPLE; who++)
        if (line_in(m, block, who, source, &line) && draw(p, 64) < p->sign &&
            (p->liars >> who & 1 || is_free(m, who, &line)))
            add_line(m, block, who, &line);
}

static int extend(struct plan *p, struct model *m, int parent)
{
    int block = begin_block(m, parent);
    int source = choose_source(p, m, &m->blocks[block]);
    if (source >= 0)
        sign(p, m, block, source);
    if (source >= 0 && draw(p, 16) == 0 && (source = choose_source(p, m, &m->blocks[block])) >= 0)
        sign(p, m, block, source);
    end_block(m, block);
    if (draw(p, 64) < p->change)
        change(p, &m->blocks[block].members);
    return block;
}

static struct plan make_plan(uint64_t seed, bool honest)
{
    static const unsigned often[] = {0, 1, 8, 24, 48, 64};
    struct plan p = {.chance = seed, .honest = honest};
    chance_next(&p.chance);
    unsigned liars = draw(&p, honest ? 4 : PEOPLE + 1);
    for (unsigned i = 0; i < liars; i++)
        p.liars |= UINT32_C(1) << draw(&p, PEOPLE);
    p.sign = 40 + draw(&p, 25);
    p.change = often[draw(&p, 6)];
    p.highest = 32 + draw(&p, 33);
    p.groups = honest || draw(&p, 2) ? 0 : 2 + draw(&p, 3);
    p.trunk = 1 + (int)draw(&p, 14);
    p.length = p.trunk + 8 + (int)draw(&p, (unsigned)(BLOCKS - 10 - p.trunk));
    return p;
}

/* The first two final blocks that exclude each other. */
static bool find_conflict(const struct model *m, struct sums *s, struct conflict *c)
{
    struct {
        int final, by;
    } seen[BLOCKS];
    int n = 0;
    for (int b = 1; b < m->count; b++) {
        const struct model_block *block = &m->blocks[b];
        int final = block->at[block->now.final];
        if (block->now.final == m->blocks[block->parent].now.final)
            continue;
        s->finals++;
        for (int i = 0; i < n; i++)
            if (!descends(m, final, seen[i].final) && !descends(m, seen[i].final, final)) {
                *c = (struct conflict){{seen[i].final, final}, {seen[i].by, b}};
                return true;
            }
        seen[n].final = final;
        seen[n++].by = b;
    }
    return false;
}

/* A trunk, and two or three branches upon its last blocks that grow by turns. */
static void make_history(struct plan *p, struct model *m, enum finality_rule rule)
{
    struct crowd first = {0};
    int tips[3], every = 1 + (int)draw(p, 3);
    change(p, &first);
    begin_chain(m, rule, every, &first);
    int tip = 0;
    while (m->count <= p->trunk)
        tip = extend(p, m, tip);
    for (int i = 0; i < 3; i++) {
        int back = (int)draw(p, 4);
        tips[i] = m->blocks[tip].at[back > tip ? 0 : tip - back];
    }
    unsigned branches = 2 + (draw(p, 4) == 0), stay = 1 + draw(p, 12);
    for (unsigned on = 0; m->count < p->length;) {
        on = draw(p, 12) < stay ? on : draw(p, branches);
        tips[on] = extend(p, m, tips[on]);
    }
}

/* --- What it says ----------------------------------------------------------------------------- */

/* The most of a set that counted, for links in the bodies from block down to the fork, that these
 * hold. */
static double most_held(const struct model *m, int block, int fork, uint32_t who)
{
    double most = 0;
    for (; block != fork; block = m->blocks[block].parent) {
        const struct crowd *sets[2];
        if (!m->blocks[block].links)
            continue;
        sets_of(m, &m->blocks[m->blocks[block].parent], sets);
        for (int i = 0; i < 2; i++) {
            double held = (double)weight_of(sets[i], who) / weight_of(sets[i], EVERYBODY);
            most = held > most ? held : most;
        }
    }
    return most;
}

static int fork_of(const struct model *m, int a, int b)
{
    while (!descends(m, b, a))
        a = m->blocks[a].parent;
    return a;
}

static double judge_conflict(const struct model *m, const struct conflict *c)
{
    int fork = fork_of(m, c->by[0], c->by[1]);
    uint32_t who = culprits(m);
    double a = most_held(m, c->by[0], fork, who), b = most_held(m, c->by[1], fork, who);
    return a > b ? a : b;
}

static void tell(const struct model *m)
{
    for (int n = 0; n < m->count; n++) {
        const struct model_block *b = &m->blocks[n];
        printf("block %d parent %d height %d final %d before %d members", n, b->parent, b->height,
               b->now.final, b->now.before);
        for (int i = 0; i < PEOPLE; i++)
            printf(" %d", b->members.weight[i]);
        printf(" lines");
        for (int i = 0; i < PEOPLE; i++)
            if (b->line[i] >= 0)
                printf(" %d:%d-%d", i, b->line[i], target_of(m, b->height));
        puts("");
    }
}

static _Noreturn void broken(const struct model *m, const struct conflict *c, uint64_t seed,
                             const char *what)
{
    printf("seed %" PRIu64 ": blocks %d and %d are final, by %d and %d: %s\n", seed, c->final[0],
           c->final[1], c->by[0], c->by[1], what);
    printf("a checkpoint every %d; culprits", m->every);
    for (int i = 0; i < PEOPLE; i++)
        if (culprits(m) >> i & 1)
            printf(" %d", i);
    puts("");
    tell(m);
    exit(1);
}

static void try_one(uint64_t seed, enum finality_rule rule, bool honest, uint64_t every,
                    struct sums *s)
{
    static struct model m;
    struct plan p = make_plan(seed, honest);
    struct conflict c;
    make_history(&p, &m, rule);
    s->histories++;
    if (rule == RULE_TWO_SETS && seed % every == 0) {
        hold_against_state(&m, seed);
        s->compared++;
    }
    if (!find_conflict(&m, s, &c))
        return;
    s->conflicts++;
    if (honest)
        broken(&m, &c, seed, "nobody who lies holds a third of any set");
    double held = judge_conflict(&m, &c);
    s->least = held < s->least ? held : s->least;
    if (3 * held <= 1 + 1e-9)
        broken(&m, &c, seed, "the culprits hold no third of a set that counted");
}

static enum finality_rule rule_named(const char *name)
{
    static const char *const names[RULES] = {"two", "one", "now", "half", "far"};
    for (int i = 0; i < RULES; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum finality_rule)i;
    errx(2, "no such rule: %s", name);
}

int main(int argc, char **argv)
{
    struct sums s = {.least = 1};
    if (argc < 3 || argc > 6)
        errx(2, "usage: finalitysearch SEED COUNT [RULE [MODE [EVERY]]]");
    uint64_t seed = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    enum finality_rule rule = rule_named(argc > 3 ? argv[3] : "two");
    bool honest = argc > 4 && strcmp(argv[4], "honest") == 0;
    uint64_t every = argc > 5 ? strtoull(argv[5], NULL, 10) : 1000;
    for (uint64_t i = 0; i < count; i++)
        try_one(seed + i, rule, honest, every ? every : 1, &s);
    printf("%" PRIu64 " histories, %" PRIu64 " finals, %" PRIu64 " conflicts", s.histories,
           s.finals, s.conflicts);
    if (s.conflicts)
        printf(", whose culprits hold at least %.3f of a set", s.least);
    printf("; %" PRIu64 " held against src/state\n", s.compared);
    return 0;
}
