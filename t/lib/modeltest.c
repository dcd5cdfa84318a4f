/*
 * Tests of what the models of networks are made of.
 *
 * modeltest exponential|slots|queue|graph|routes|real
 */
#include "base/chance.h"
#include "model/epidemic.h"
#include "model/real.h"
#include "model/slots.h"
#include "virtual/exponential.h"
#include "virtual/queue.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "%s:%d: not so: %s", __FILE__, __LINE__, #truth))

/* --- Exponential numbers ---------------------------------------------------------------------- */

enum { DRAWS = 1000000 };

/* Whether a count of draws is within five standard deviations of what its chance says. */
static bool is_near(double count, double chance)
{
    double sigma = real_sqrt(DRAWS * chance * (1 - chance));
    return count > DRAWS * chance - 5 * sigma && count < DRAWS * chance + 5 * sigma;
}

static void test_exponential(void)
{
    /* From another reading of the algorithm, with numbers of 80 digits. */
    static const uint64_t first[] = {72105175,   11434799959, 1071300230, 1409078865,
                                     1774428790, 2572189234,  3948636580, 8851330951,
                                     1479370519, 228283510,   1235566985, 1645760474};
    uint64_t chance = 7;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        must(exponential_next(&chance) == first[i]);
    double sum = 0, above[40] = {0};
    for (int i = 0; i < DRAWS; i++) {
        double x = (double)exponential_next(&chance) / 4294967296.0;
        sum += x;
        for (int q = 0; q < 40 && x > q / 4.0; q++)
            above[q]++;
    }
    must(sum > DRAWS - 5 * 1000 && sum < DRAWS + 5 * 1000);
    for (int q = 1; q < 40; q++)
        must(is_near(above[q], real_exp(-q / 4.0)));
}

static void test_real(void)
{
    static const struct {
        double x, log;
    } known[] = {
        {1, 0}, {2, 0.693147180559945}, {10, 2.302585092994046}, {1e-9, -20.72326583694641}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double log = real_log(known[i].x), back = real_exp(known[i].log) / known[i].x;
        must(log - known[i].log < 1e-12 && known[i].log - log < 1e-12);
        must(back > 1 - 1e-12 && back < 1 + 1e-12);
    }
    must(real_sqrt(2) > 1.414213562373 && real_sqrt(2) < 1.414213562374 && real_sqrt(0) == 0);
    must(real_sqrt(1e-12) > 0.999999e-6 && real_sqrt(1e-12) < 1.000001e-6);
    must(real_power(2, 10) == 1024 && real_power(0, 0) == 1);
}

/* --- Queues ----------------------------------------------------------------------------------- */

/* Events in the order in which they are due, the plain way: each goes before those that are due
 * later. */
struct plain {
    struct {
        int64_t time;
        uint32_t name;
    } events[4096];
    size_t count;
};

static void plain_add(struct plain *p, int64_t time, uint32_t name)
{
    size_t at = p->count++;
    must(p->count <= sizeof p->events / sizeof *p->events);
    for (; at && p->events[at - 1].time > time; at--)
        p->events[at] = p->events[at - 1];
    p->events[at].time = time;
    p->events[at].name = name;
}

static void plain_drop(struct plain *p)
{
    memmove(p->events, p->events + 1, --p->count * sizeof *p->events);
}

/* Many events of the same time; near, at the edge of the span, and far. */
static uint64_t draw_after(uint64_t *chance, uint64_t span)
{
    switch (chance_below(chance, 8)) {
    case 0:
        return 0;
    case 1:
        return span - chance_below(chance, 3);
    case 2:
        return chance_below(chance, span);
    default:
        return chance_below(chance, 4);
    }
}

static void test_slots(void)
{
    static struct plain p;
    struct slots s;
    uint64_t chance = 1, event;
    uint32_t name = 0;
    must(slots_init(&s, 1000) == 0);
    for (int turn = 0; turn < 300000; turn++) {
        bool add = p.count < 4000 && chance_below(&chance, 100) < (turn / 5000 % 2 ? 40 : 60);
        uint64_t after = draw_after(&chance, 1000);
        if (add) {
            must(slots_put(&s, after, name) == 0);
            plain_add(&p, (int64_t)(s.now + after), name++);
        } else if (p.count) {
            must(slots_take(&s, &event) && event == p.events[0].name &&
                 (int64_t)s.now == p.events[0].time);
            plain_drop(&p);
        }
        must(s.waiting == p.count);
    }
    slots_clear(&s);
    must(s.now == 0 && !slots_take(&s, &event));
    slots_free(&s);
}

static void test_queue(void)
{
    static struct plain p;
    static struct sim_queue q;
    struct sim_event e = {0};
    struct fault f;
    uint64_t chance = 2;
    sim_queue_init(&q);
    for (int turn = 0; turn < 300000; turn++) {
        bool add = p.count < 4000 && chance_below(&chance, 100) < (turn / 5000 % 2 ? 40 : 60);
        int64_t time = q.now + (int64_t)draw_after(
                                   &chance, chance_below(&chance, 2) ? SIM_QUEUE_SLOTS : 100000);
        if (add) {
            must(sim_queue_add(&q, time, &e, &f) == 0);
            plain_add(&p, time, e.node++);
        } else if (p.count) {
            struct sim_event taken;
            must(sim_queue_next(&q) == p.events[0].time);
            must(sim_queue_take(&q, &taken) == 1 && taken.node == p.events[0].name &&
                 q.now == p.events[0].time);
            plain_drop(&p);
        }
        must(q.near + q.far == p.count);
    }
    sim_queue_free(&q);
}

/* --- Graphs ----------------------------------------------------------------------------------- */

static bool is_neighbour(const struct peer_graph *g, uint32_t node, uint32_t other)
{
    uint32_t count = 0;
    for (uint32_t at = g->first[node]; at < g->first[node + 1]; at++)
        count += g->peers[at] == other;
    must(count <= 1);
    return count;
}

static void check_graph(const struct peer_graph_setup *setup, uint32_t least)
{
    struct peer_graph g;
    struct fault f;
    must(peer_graph_make(&g, setup, &f) == 0);
    for (uint32_t node = 0; node < g.nodes; node++) {
        must(g.dialed[node] >= least && g.dialed[node] <= setup->dial);
        must(peer_graph_degree(&g, node) - g.dialed[node] <= setup->inbound);
        for (uint32_t at = g.first[node]; at < g.first[node + 1]; at++) {
            must(g.peers[at] != node && is_neighbour(&g, g.peers[at], node));
            must(peer_graph_place(&g, node, g.peers[at]) == at);
        }
    }
    peer_graph_free(&g);
}

static void test_graph(void)
{
    check_graph(&(struct peer_graph_setup){2000, 8, 1000, 3}, 8);
    check_graph(&(struct peer_graph_setup){2000, 8, 12, 3}, 8);
    check_graph(&(struct peer_graph_setup){2000, 1, 1000, 3}, 1);
    check_graph(&(struct peer_graph_setup){17, 8, 8, 3}, 1); /* nearly all are neighbours */
}

/* In the exact graph, two come in and two go out at each node; one to one, each goes out by
 * its own. */
static void test_routes(void)
{
    enum { NODES = 1001 };
    struct stem_routes r;
    struct fault f;
    uint8_t in[NODES] = {0}, left[2 * NODES] = {0};
    uint64_t chance = 5;
    must(stem_routes_make(&r, STEM_ONE_TO_ONE, NODES, NULL, 9, &f) == 0);
    for (uint32_t edge = 0; edge < 2 * NODES; edge++) {
        must(r.to[edge] < NODES && r.to[edge] != edge / 2);
        in[r.to[edge]]++;
        uint32_t next = stem_routes_next(&r, edge, &chance);
        must(next / 2 == r.to[edge] && !left[next]++);
    }
    for (uint32_t node = 0; node < NODES; node++)
        must(in[node] == 2 && stem_routes_begin(&r, node, &chance) / 2 == node);
    must(chance == 5);
    stem_routes_free(&r);
}

/* ---------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*test)(void);
    } tests[] = {{"exponential", test_exponential},
                 {"slots", test_slots},
                 {"queue", test_queue},
                 {"graph", test_graph},
                 {"routes", test_routes},
                 {"real", test_real}};
    for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof *tests; i++)
        if (strcmp(tests[i].name, argv[1]) == 0) {
            tests[i].test();
            return 0;
        }
    errx(2, "usage: modeltest exponential|slots|queue|graph|routes|real");
}
