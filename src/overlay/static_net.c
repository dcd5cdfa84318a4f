#include "overlay/static_net.h"

#include "overlay/node_id_draw.h"
#include "virtual/draw.h"

#include <stdlib.h>
#include <string.h>

/* Addresses begin at 11.0.0.0, and each has a /24 of its own. */
enum { FIRST_NETWORK = 11 << 16 };

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, NODE_ID_LEN);
}

int static_net_make(struct static_net *n, uint32_t nodes, unsigned k, uint32_t dead, uint64_t seed,
                    struct fault *f)
{
    uint64_t ids = sim_stream(seed, "ids", 0), deaths = sim_stream(seed, "dead", 0);
    *n = (struct static_net){.nodes = nodes, .k = k, .seed = seed};
    n->ids = malloc(nodes * sizeof *n->ids);
    n->dead = malloc(nodes);
    if (n->ids == NULL || n->dead == NULL) {
        static_net_free(n);
        return fault_memory(f);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        n->ids[i] = node_id_draw(&ids);
        n->dead[i] = sim_happens(&deaths, dead);
    }
    qsort(n->ids, nodes, sizeof *n->ids, by_id);
    return 0;
}

void static_net_free(struct static_net *n)
{
    free(n->ids);
    free(n->dead);
    n->ids = NULL;
    n->dead = NULL;
}

struct contact static_net_contact(const struct static_net *n, uint32_t node)
{
    const uint32_t network = FIRST_NETWORK + node;
    struct contact c = {.id = n->ids[node], .host_len = 4, .port = 6881};
    c.host[0] = (uint8_t)(network >> 16);
    c.host[1] = (uint8_t)(network >> 8);
    c.host[2] = (uint8_t)network;
    c.host[3] = 1;
    return c;
}

uint32_t static_net_node(const struct contact *c)
{
    return ((uint32_t)c->host[0] << 16 | (uint32_t)c->host[1] << 8 | c->host[2]) - FIRST_NETWORK;
}

static bool bit_of(const struct node_id *id, unsigned bit)
{
    return id->bytes[bit / 8] >> (7 - bit % 8) & 1;
}

/* The first of the nodes low to high, which share all bits before this one, in which it is set. */
static uint32_t split(const struct static_net *n, uint32_t low, uint32_t high, unsigned bit)
{
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (bit_of(&n->ids[middle], bit))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* --- The nearest of all --------------------------------------------------------------------- */

struct nearest_search {
    const struct static_net *net;
    const struct node_id *target;
    uint32_t except;
};

static uint32_t nearest(const struct nearest_search *s, uint32_t low, uint32_t high, unsigned bit)
{
    const struct static_net *n = s->net;
    while (high - low > 1 && bit < NODE_ID_BITS) {
        const uint32_t middle = split(n, low, high, bit);
        const bool set = bit_of(s->target, bit++);
        const uint32_t found = nearest(s, set ? middle : low, set ? high : middle, bit);
        if (found < n->nodes)
            return found;
        if (set)
            high = middle;
        else
            low = middle;
    }
    return low < high && low != s->except && !n->dead[low] ? low : n->nodes;
}

uint32_t static_net_nearest(const struct static_net *n, const struct node_id *target,
                            uint32_t except)
{
    const struct nearest_search s = {n, target, except};
    return nearest(&s, 0, n->nodes, 0);
}

/* --- Tables --------------------------------------------------------------------------------- */

/* A table hears of `k` of the nodes low to high, drawn without repetition (Floyd's algorithm:
 * Bentley and Floyd, "A Sample of Brilliance", 1987). */
static void hear_some(const struct static_net *n, struct routing_table *t, uint32_t low,
                      uint32_t high, uint64_t *chance)
{
    uint32_t drawn[ROUTING_K_MAX], count = 0;
    const uint32_t all = high - low;
    for (uint32_t top = all > n->k ? all - n->k : 0; top < all; top++) {
        uint32_t node = (uint32_t)chance_below(chance, top + 1), i = 0;
        while (i < count && drawn[i] != node)
            i++;
        drawn[count] = i < count ? top : node;
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct contact c = static_net_contact(n, low + drawn[i]), ping;
        routing_heard(t, &c, true, 0, &ping);
    }
}

/* Which nodes belong in each bucket: those that share exactly so many bits. */
struct ranges {
    unsigned count;
    struct {
        uint32_t low, high;
    } list[NODE_ID_BITS];
};

static void find_ranges(const struct static_net *n, uint32_t node, struct ranges *r)
{
    uint32_t low = 0, high = n->nodes;
    for (r->count = 0; high - low > 1 && r->count < NODE_ID_BITS; r->count++) {
        const uint32_t middle = split(n, low, high, r->count);
        const bool first = node < middle;
        r->list[r->count].low = first ? middle : low;
        r->list[r->count].high = first ? high : middle;
        low = first ? low : middle;
        high = first ? middle : high;
    }
}

/* From the last bucket to the first, which is the order that takes the table least time. */
static void make_table(const struct static_net *n, uint32_t node, struct routing_table *t)
{
    struct routing_policy policy = routing_policy_default;
    uint64_t chance = sim_stream(n->seed, "table", node);
    struct ranges r;
    policy.k = n->k;
    routing_init(t, &n->ids[node], &policy, 0);
    find_ranges(n, node, &r);
    while (r.count-- > 0)
        hear_some(n, t, r.list[r.count].low, r.list[r.count].high, &chance);
}

size_t static_net_closest(const struct static_net *n, uint32_t node, const struct node_id *target,
                          struct contact *out, size_t max)
{
    struct routing_table t;
    make_table(n, node, &t);
    const size_t count = routing_closest(&t, target, false, out, max);
    routing_free(&t);
    return count;
}

size_t static_net_table_size(const struct static_net *n, uint32_t node)
{
    struct routing_table t;
    make_table(n, node, &t);
    const size_t size = routing_size(&t);
    routing_free(&t);
    return size;
}
