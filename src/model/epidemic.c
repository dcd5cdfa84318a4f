#include "model/epidemic.h"

#include "base/chance.h"
#include "virtual/exponential.h"

#include <stdlib.h>
#include <string.h>

enum { ASKED = 1, HAS = 2, HAS_STEM = 4 }; /* of a node's state */

/* Kinds of events: the low bits of one; then come the node and who sent it (an edge of the routes,
 * for a stem). */
enum kind { HAVE, WANT, RECORD, STEM, EMBARGO, HEAL };
enum { KIND_BITS = 3, NODE_BITS = 30 };

#define NOBODY UINT32_MAX

static bool has_bit(const uint8_t *bits, uint32_t at)
{
    return bits[at >> 3] >> (at & 7) & 1;
}

static void set_bit(uint8_t *bits, uint32_t at)
{
    bits[at >> 3] |= (uint8_t)(1U << (at & 7));
}

static uint64_t draw_delay(struct epidemic *e)
{
    const uint64_t mean = e->setup->delay, most = mean * EPIDEMIC_TAIL;
    const uint64_t delay = spread_draw(e->setup->spread, mean, &e->chance);
    return delay < most ? delay : most;
}

static int put(struct epidemic *e, uint64_t after, enum kind kind, uint32_t node, uint32_t from)
{
    uint64_t event = ((uint64_t)from << NODE_BITS | node) << KIND_BITS | (uint64_t)kind;
    return slots_put(&e->queue, after, event);
}

static int tell(struct epidemic *e, enum kind kind, uint32_t node, uint32_t from)
{
    e->course.messages++;
    return put(e, draw_delay(e), kind, node, from);
}

static void touch(struct epidemic *e, uint32_t node, uint8_t bits)
{
    if (!e->state[node])
        e->touched[e->touched_count++] = node;
    e->state[node] |= bits;
}

static bool is_apart(const struct epidemic *e, uint32_t a, uint32_t b)
{
    uint32_t whole = e->setup->graph->nodes - e->setup->part;
    return e->queue.now < e->setup->heal && (a < whole) != (b < whole);
}

/* Announces or pushes the record to the node's neighbours that have not announced it; only to those
 * in the other part, if the network has just become whole. */
static int announce(struct epidemic *e, uint32_t node, uint32_t by, bool across)
{
    const struct peer_graph *g = e->setup->graph;
    uint32_t whole = g->nodes - e->setup->part;
    for (uint32_t at = g->first[node]; at < g->first[node + 1]; at++) {
        uint32_t peer = g->peers[at];
        if (peer == by || has_bit(e->heard, at) || is_apart(e, node, peer) ||
            (across && (peer < whole) == (node < whole)))
            continue;
        if (tell(e, e->eager && has_bit(e->eager, at) ? RECORD : HAVE, peer, node))
            return -1;
    }
    return 0;
}

void epidemic_note_reached(struct epidemic_course *c, uint32_t nodes, uint32_t ms)
{
    uint64_t reached = ++c->reached;
    uint64_t next = (reached - 1) * 100 / nodes + 1; /* the first percentage that was not reached */
    for (; next * nodes <= reached * 100; next++)
        c->percent[next] = ms;
}

/* The node has the record now, and announces it. */
static int spread(struct epidemic *e, uint32_t node, uint32_t by, uint32_t hops)
{
    touch(e, node, HAS);
    e->hops[node] = (uint16_t)(hops < EPIDEMIC_HOPS_MAX ? hops : EPIDEMIC_HOPS_MAX - 1);
    e->course.at_hop[e->hops[node]]++;
    epidemic_note_reached(&e->course, e->setup->graph->nodes, (uint32_t)e->queue.now);
    return announce(e, node, by, false);
}

static int take_have(struct epidemic *e, uint32_t node, uint32_t from)
{
    e->course.announced++;
    if (!(e->state[node] & HAS))
        set_bit(e->heard, peer_graph_place(e->setup->graph, node, from));
    if (e->state[node] & (ASKED | HAS)) {
        e->course.repeated++;
        return 0;
    }
    touch(e, node, ASKED);
    e->course.requested++;
    return tell(e, WANT, from, node);
}

static int take_record(struct epidemic *e, uint32_t node, uint32_t from)
{
    e->course.delivered++;
    if (!(e->state[node] & HAS))
        return spread(e, node, from, e->hops[from] + 1U);
    e->course.superfluous++;
    return 0;
}

/* The record goes on along the stem by this edge: three messages, as any hop. */
static int pass_stem(struct epidemic *e, uint32_t node, uint32_t edge, uint32_t hops)
{
    touch(e, node, HAS_STEM);
    e->hops[node] = (uint16_t)(hops < EPIDEMIC_HOPS_MAX ? hops : EPIDEMIC_HOPS_MAX - 1);
    e->course.messages += 3;
    e->course.stem_hops++;
    uint64_t takes = draw_delay(e) + draw_delay(e) + draw_delay(e);
    uint64_t embargo = EPIDEMIC_EMBARGO + exponential_delay(&e->chance, EPIDEMIC_EMBARGO);
    if (embargo > (uint64_t)EPIDEMIC_EMBARGO * EPIDEMIC_TAIL)
        embargo = (uint64_t)EPIDEMIC_EMBARGO * EPIDEMIC_TAIL;
    return put(e, takes, STEM, e->setup->routes->to[edge], edge) ||
                   put(e, embargo, EMBARGO, node, node)
               ? -1
               : 0;
}

static int take_stem(struct epidemic *e, uint32_t node, uint32_t edge)
{
    uint32_t hops = e->hops[edge / 2] + 1U;
    e->course.delivered++;
    if (e->state[node] & (HAS | HAS_STEM))
        return 0; /* it has come round: the embargo ends it */
    if (chance_below(&e->chance, e->setup->fluff) == 0)
        return spread(e, node, edge / 2, hops);
    return pass_stem(e, node, stem_routes_next(e->setup->routes, edge, &e->chance), hops);
}

/* The two parts are connected again: what one of them has is announced to the other. */
static int heal(struct epidemic *e)
{
    for (uint32_t node = 0; node < e->setup->graph->nodes; node++)
        if (e->state[node] & HAS && announce(e, node, NOBODY, true))
            return -1;
    return 0;
}

/* Whether a spy first hears of the record by this event; *from becomes the node that told it. */
static bool tells_spy(const struct epidemic *e, enum kind kind, uint32_t node, uint32_t *from)
{
    if (!e->is_spy || !e->is_spy[node] || kind == WANT || kind > STEM)
        return false;
    if (kind == STEM)
        *from /= 2;
    return e->course.spy == NOBODY && !e->is_spy[*from];
}

static int handle(struct epidemic *e, enum kind kind, uint32_t node, uint32_t from)
{
    switch (kind) {
    case HAVE:
        return take_have(e, node, from);
    case WANT:
        return tell(e, RECORD, from, node);
    case RECORD:
        return take_record(e, node, from);
    case STEM:
        return take_stem(e, node, from);
    case EMBARGO:
        return e->state[node] & HAS ? 0 : spread(e, node, NOBODY, e->hops[node]);
    default:
        return heal(e);
    }
}

static int run(struct epidemic *e, bool until_spied)
{
    const uint32_t mask = (1U << NODE_BITS) - 1;
    uint64_t event;
    while (slots_take(&e->queue, &event)) {
        enum kind kind = (enum kind)(event & ((1U << KIND_BITS) - 1));
        uint32_t node = (uint32_t)(event >> KIND_BITS) & mask;
        uint32_t from = (uint32_t)(event >> (KIND_BITS + NODE_BITS)), who = from;
        if (tells_spy(e, kind, node, &who)) {
            e->course.spy = node;
            e->course.spied = who;
            if (until_spied)
                return 0;
        }
        if (handle(e, kind, node, from))
            return -1;
    }
    return 0;
}

/* Forgets the last record. */
static void forget(struct epidemic *e)
{
    const struct peer_graph *g = e->setup->graph;
    for (uint32_t i = 0; i < e->touched_count; i++) {
        uint32_t node = e->touched[i];
        e->state[node] = 0;
        memset(e->heard + g->first[node] / 8, 0, g->first[node + 1] / 8 - g->first[node] / 8 + 1);
    }
    e->touched_count = 0;
    slots_clear(&e->queue);
    e->course = (struct epidemic_course){.spy = NOBODY, .spied = NOBODY};
    memset(e->course.percent, 0xff, sizeof e->course.percent);
}

int epidemic_run(struct epidemic *e, uint32_t node, bool until_spied, struct fault *f)
{
    const struct epidemic_setup *s = e->setup;
    forget(e);
    bool failed = s->part && put(e, s->heal, HEAL, 0, 0);
    if (s->routes)
        failed |= pass_stem(e, node, stem_routes_begin(s->routes, node, &e->chance), 0) != 0;
    else
        failed |= spread(e, node, NOBODY, 0) != 0;
    if (failed || run(e, until_spied))
        return fault_memory(f);
    return 0;
}

/* For each node, as many of its neighbours as are eager push to it. */
static void choose_eager(struct epidemic *e)
{
    const struct peer_graph *g = e->setup->graph;
    for (uint32_t node = 0; node < g->nodes; node++) {
        uint32_t degree = peer_graph_degree(g, node), count = e->setup->eager;
        uint32_t begin = degree ? (uint32_t)chance_below(&e->chance, degree) : 0;
        for (uint32_t i = 0; i < count && i < degree; i++) {
            uint32_t peer = g->peers[g->first[node] + (begin + i) % degree];
            set_bit(e->eager, peer_graph_place(g, peer, node));
        }
    }
}

static uint32_t longest(const struct epidemic_setup *s)
{
    uint64_t most = (uint64_t)s->delay * EPIDEMIC_TAIL * (s->routes ? 3 : 1);
    if (s->routes && most < (uint64_t)EPIDEMIC_EMBARGO * EPIDEMIC_TAIL)
        most = (uint64_t)EPIDEMIC_EMBARGO * EPIDEMIC_TAIL;
    return (uint32_t)(most > s->heal ? most : s->heal);
}

int epidemic_init(struct epidemic *e, const struct epidemic_setup *setup, struct fault *f)
{
    const struct peer_graph *g = setup->graph;
    const size_t bits = g->first[g->nodes] / 8 + 2;
    *e = (struct epidemic){.setup = setup, .chance = setup->seed};
    e->state = calloc(g->nodes, 1);
    e->hops = calloc(g->nodes, sizeof *e->hops);
    e->heard = calloc(bits, 1);
    e->eager = setup->eager ? calloc(bits, 1) : NULL;
    e->touched = malloc(g->nodes * sizeof *e->touched);
    if (!e->state || !e->hops || !e->heard || !e->touched || (setup->eager && !e->eager) ||
        slots_init(&e->queue, longest(setup))) {
        epidemic_free(e);
        return fault_memory(f);
    }
    if (setup->eager)
        choose_eager(e);
    return 0;
}

void epidemic_free(struct epidemic *e)
{
    free(e->state);
    free(e->hops);
    free(e->heard);
    free(e->eager);
    free(e->touched);
    if (e->queue.slots)
        slots_free(&e->queue);
    *e = (struct epidemic){0};
}

int epidemic_hops(const struct epidemic_course *c, uint32_t nodes, uint32_t percent)
{
    uint64_t sum = 0;
    for (int hops = 0; hops < EPIDEMIC_HOPS_MAX; hops++)
        if ((sum += c->at_hop[hops]) * 100 >= (uint64_t)nodes * percent)
            return hops;
    return -1;
}
