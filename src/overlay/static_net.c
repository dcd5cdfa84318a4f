#include "overlay/static_net.h"

#include "lookup/bound_id.h"
#include "overlay/node_id_draw.h"
#include "virtual/draw.h"

#include <stdlib.h>
#include <string.h>

/* Addresses of honest nodes begin at 11.0.0.0, those of Sybils at 64.0.0.0, those that they name
 * though nobody is there at 96.0.0.0. */
enum { FIRST_NETWORK = 11 << 16, FIRST_SYBIL = 64 << 16, FIRST_NOBODY = 96 << 16 };

enum { HOSTS = 254 };     /* of a network; more Sybils have other ports */
enum { TRIES = 256 };     /* addresses of which a Sybil names the one whose id is nearest */
enum { SYBIL_BITS = 40 }; /* that a Sybil's id shares with the key, if it can choose */

static struct contact contact_in(uint32_t network, uint32_t host)
{
    struct contact c = {.host_len = 4, .port = 6881};
    c.host[0] = (uint8_t)(network >> 16);
    c.host[1] = (uint8_t)(network >> 8);
    c.host[2] = (uint8_t)network;
    c.host[3] = (uint8_t)host;
    return c;
}

static struct contact make_honest(const struct static_net_setup *s, uint32_t i, uint64_t *ids)
{
    struct contact c = contact_in(FIRST_NETWORK + i, 1);
    c.id = node_id_draw(ids);
    if (s->bound_ids)
        c.id = bound_id_make(c.host, c.host_len, &c.id);
    return c;
}

/* An id near the key: of those that the address allows, if that binds it, the nearest of eight. */
static struct contact make_sybil(const struct static_net_setup *s, uint32_t i, uint64_t *ids)
{
    const uint32_t networks = s->networks ? s->networks : s->sybils;
    struct contact c = contact_in(FIRST_SYBIL + i % networks, 1 + i / networks % HOSTS);
    struct node_id chosen = node_id_draw(ids);
    c.port = (uint16_t)(c.port + i / networks / HOSTS);
    chosen = node_id_join(&s->key, SYBIL_BITS, &chosen);
    c.id = chosen;
    for (uint8_t r = 0; s->bound_ids && r < 8; r++) {
        chosen.bytes[NODE_ID_LEN - 1] = (uint8_t)((chosen.bytes[NODE_ID_LEN - 1] & ~7) | r);
        const struct node_id id = bound_id_make(c.host, c.host_len, &chosen);
        if (r == 0 || node_id_compare(&s->key, &id, &c.id) < 0)
            c.id = id;
    }
    return c;
}

static int by_id(const void *a, const void *b)
{
    const struct static_node *x = a, *y = b;
    return memcmp(x->contact.id.bytes, y->contact.id.bytes, NODE_ID_LEN);
}

int static_net_make(struct static_net *n, const struct static_net_setup *setup, struct fault *f)
{
    uint64_t ids = sim_stream(setup->seed, "ids", 0), deaths = sim_stream(setup->seed, "dead", 0);
    uint64_t sybils = sim_stream(setup->seed, "sybils", 0);
    uint32_t live = 0;
    *n = (struct static_net){.setup = *setup, .count = setup->nodes + setup->sybils};
    n->nodes = calloc(n->count, sizeof *n->nodes);
    if (n->nodes == NULL)
        return fault_memory(f);
    for (uint32_t i = 0; i < setup->nodes; i++) {
        n->nodes[i].contact = make_honest(setup, i, &ids);
        n->nodes[i].dead = sim_happens(&deaths, setup->dead);
        live += !n->nodes[i].dead;
    }
    if (live == 0)
        n->nodes[0].dead = false;
    for (uint32_t i = 0; i < setup->sybils; i++) {
        n->nodes[setup->nodes + i].contact = make_sybil(setup, i, &sybils);
        n->nodes[setup->nodes + i].sybil = true;
    }
    qsort(n->nodes, n->count, sizeof *n->nodes, by_id);
    return 0;
}

void static_net_free(struct static_net *n)
{
    free(n->nodes);
    n->nodes = NULL;
}

uint32_t static_net_node(const struct static_net *n, const struct contact *c)
{
    const struct static_node wanted = {.contact = *c};
    const struct static_node *node = bsearch(&wanted, n->nodes, n->count, sizeof *n->nodes, by_id);
    return node != NULL && contact_same_address(&node->contact, c) ? (uint32_t)(node - n->nodes)
                                                                   : n->count;
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
        if (bit_of(&n->nodes[middle].contact.id, bit))
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
        if (found < n->count)
            return found;
        if (set)
            high = middle;
        else
            low = middle;
    }
    const bool good = low < high && low != s->except && !n->nodes[low].dead && !n->nodes[low].sybil;
    return good ? low : n->count;
}

uint32_t static_net_nearest(const struct static_net *n, const struct node_id *target,
                            uint32_t except)
{
    const struct nearest_search s = {n, target, except};
    return nearest(&s, 0, n->count, 0);
}

/* --- Tables --------------------------------------------------------------------------------- */

/* A table hears of `k` of the nodes low to high, drawn without repetition (Floyd's algorithm:
 * Bentley and Floyd, "A Sample of Brilliance", 1987). */
static void hear_some(const struct static_net *n, struct routing_table *t, uint32_t low,
                      uint32_t high, uint64_t *chance)
{
    uint32_t drawn[ROUTING_K_MAX], count = 0;
    const uint32_t all = high - low;
    for (uint32_t top = all > n->setup.k ? all - n->setup.k : 0; top < all; top++) {
        uint32_t node = (uint32_t)chance_below(chance, top + 1), i = 0;
        while (i < count && drawn[i] != node)
            i++;
        drawn[count] = i < count ? top : node;
        count++;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct contact ping;
        routing_heard(t, &n->nodes[low + drawn[i]].contact, true, 0, &ping);
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
    uint32_t low = 0, high = n->count;
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
    uint64_t chance = sim_stream(n->setup.seed, "table", node);
    struct ranges r;
    policy.k = n->setup.k;
    policy.one_a_network = n->setup.one_a_network;
    policy.bound_ids = n->setup.bound_ids;
    routing_init(t, &n->nodes[node].contact.id, &policy, 0);
    find_ranges(n, node, &r);
    while (r.count-- > 0)
        hear_some(n, t, r.list[r.count].low, r.list[r.count].high, &chance);
}

/* The nearest of the Sybils, which all know each other. */
static size_t closest_sybils(const struct static_net *n, const struct node_id *target,
                             struct contact *out, size_t max)
{
    size_t count = 0;
    for (uint32_t node = 0; node < n->count; node++) {
        const struct contact *c = &n->nodes[node].contact;
        if (!n->nodes[node].sybil)
            continue;
        size_t i = count < max ? count++ : max;
        for (; i > 0 && node_id_compare(target, &c->id, &out[i - 1].id) < 0; i--)
            if (i < max)
                out[i] = out[i - 1];
        if (i < max)
            out[i] = *c;
    }
    return count;
}

/* Contacts near the key at addresses where nobody is; who claims addresses can choose those whose
 * ids are near it. */
static void name_nobody(const struct static_net *n, uint32_t node, struct contact *out,
                        size_t count)
{
    uint64_t chance = sim_stream(n->setup.seed, "nobody", node);
    for (size_t i = 0; i < count; i++)
        for (int t = 0; t < TRIES; t++) {
            const uint32_t network = FIRST_NOBODY + (uint32_t)chance_below(&chance, 1 << 20);
            struct contact c = contact_in(network, 1);
            const struct node_id id = node_id_draw(&chance);
            c.id = node_id_join(&n->setup.key, 2 * SYBIL_BITS, &id);
            if (n->setup.bound_ids)
                c.id = bound_id_make(c.host, c.host_len, &c.id);
            if (t == 0 || node_id_compare(&n->setup.key, &c.id, &out[i].id) < 0)
                out[i] = c;
        }
}

size_t static_net_closest(const struct static_net *n, uint32_t node, const struct node_id *target,
                          struct contact *out, size_t max)
{
    struct routing_table t;
    if (n->nodes[node].sybil && n->setup.poison) {
        name_nobody(n, node, out, max / 2);
        return max / 2 + closest_sybils(n, target, out + max / 2, max - max / 2);
    }
    if (n->nodes[node].sybil)
        return closest_sybils(n, target, out, max);
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
