#include "dht/node_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    SWEEP = 60000,        /* ms between removals of what is old */
    BOOT_FIRST = 1000,    /* ms until the addresses to begin with are asked again */
    BOOT_MOST = 60 * 1000 /* ... doubled each time, up to this */
};

struct dht_node *dht_node_new(const struct dht_config *config, const struct dht_host *host,
                              int64_t now)
{
    struct dht_node *n = calloc(1, sizeof *n);
    struct routing_policy policy = routing_policy_default;
    uint64_t seed;
    if (!n)
        return NULL;
    n->config = *config;
    n->host = *host;
    n->host.random(n->host.self, n->secret, sizeof n->secret);
    n->host.random(n->host.self, &seed, sizeof seed);
    policy.bound_ids = config->bound_ids;
    for (int i = 0; i < 2; i++)
        routing_init(&n->tables[i], &config->ids[i], &policy, now);
    dht_peers_init(&n->peers, seed);
    dht_items_init(&n->items, n->config.ids, seed + 1);
    n->boot_due = INT64_MAX;
    n->sweep_due = now + SWEEP;
    if (dht_sources_init(&n->sources, config->queries, seed + 2) == 0)
        return n;
    dht_node_free(n);
    return NULL;
}

void dht_node_free(struct dht_node *n)
{
    if (!n)
        return;
    dht_search_free_all(n);
    for (int i = 0; i < 2; i++)
        routing_free(&n->tables[i]);
    dht_peers_free(&n->peers);
    dht_items_free(&n->items);
    dht_sources_free(&n->sources);
    buf_free(&n->out);
    free(n);
}

/* --- Beginning -------------------------------------------------------------------------------- */

bool dht_knows_somebody(const struct dht_node *n)
{
    return routing_size(&n->tables[0]) + routing_size(&n->tables[1]) > 0;
}

static void ask_boots(struct dht_node *n, int64_t now)
{
    int64_t wait = n->boot_tries < 6 ? (int64_t)BOOT_FIRST << n->boot_tries : BOOT_MOST;
    n->boot_due = now + wait;
    n->boot_tries++;
    for (size_t i = 0; i < n->boot_count; i++)
        dht_ask_boot(n, &n->boots[i], false, now);
}

bool dht_node_meet(struct dht_node *n, const struct contact *boot, int64_t now)
{
    if (n->boot_count == DHT_BOOTS_MAX)
        return false;
    n->boots[n->boot_count++] = *boot;
    if (n->boot_due > now + BOOT_FIRST)
        n->boot_due = now + BOOT_FIRST;
    n->boot_tries = n->boot_tries ? n->boot_tries : 1;
    dht_ask_boot(n, boot, false, now);
    return true;
}

void dht_node_know(struct dht_node *n, const struct contact *c, int64_t now)
{
    if (n->boot_count < DHT_BOOTS_MAX / 2) {
        n->boots[n->boot_count++] = *c;
        n->boot_due = n->boot_due < now + BOOT_FIRST ? n->boot_due : now + BOOT_FIRST;
    }
    if (n->in_flight < DHT_QUERIES_MAX / 2)
        dht_ask_boot(n, c, true, now);
}

/* --- Steps ------------------------------------------------------------------------------------ */

void dht_node_received(struct dht_node *n, const struct contact *from, const void *bytes,
                       size_t len, int64_t now)
{
    struct krpc m;
    struct fault f;
    if (from->port == 0 || krpc_read(bytes, len, &m, &f))
        return;
    if (m.kind != KRPC_QUERY)
        dht_take_answer(n, from, &m, now);
    else if (!n->config.read_only && dht_source_may(&n->sources, from, now))
        dht_serve(n, from, &m, len, now);
    dht_search_tick(n, now);
}

/* Searches in the buckets that had none for long. */
static void refresh(struct dht_node *n, int i, int64_t now)
{
    struct dht_goal goal = {.method = KRPC_FIND_NODE, .host_len = i ? 16 : 4};
    struct node_id random;
    unsigned running = 0;
    for (const struct dht_search *s = n->searches; s; s = s->next)
        running += s->refreshes;
    if (n->config.read_only || routing_size(&n->tables[i]) == 0)
        return;
    for (; running < DHT_REFRESHES_MAX; running++) {
        n->host.random(n->host.self, random.bytes, NODE_ID_LEN);
        if (!routing_refresh(&n->tables[i], now, &random, &goal.target) ||
            dht_search_begin(n, &goal, true, false, now))
            return;
    }
}

void dht_node_tick(struct dht_node *n, int64_t now)
{
    dht_ask_tick(n, now);
    if (n->boot_due <= now && !dht_knows_somebody(n))
        ask_boots(n, now);
    else if (n->boot_due <= now)
        n->boot_due = now + BOOT_MOST;
    for (int i = 0; i < 2; i++)
        refresh(n, i, now);
    if (n->sweep_due <= now) {
        dht_peers_expire(&n->peers, dht_node_wall(n, now));
        dht_items_expire(&n->items, dht_node_wall(n, now));
        n->sweep_due = now + SWEEP;
    }
    dht_search_tick(n, now);
}

static int64_t refresh_due(const struct dht_node *n)
{
    int64_t due = INT64_MAX;
    unsigned running = 0;
    for (const struct dht_search *s = n->searches; s; s = s->next)
        running += s->refreshes;
    for (int i = 0; i < 2 && running < DHT_REFRESHES_MAX && !n->config.read_only; i++)
        if (routing_size(&n->tables[i]) > 0 && routing_refresh_due(&n->tables[i]) < due)
            due = routing_refresh_due(&n->tables[i]);
    return due;
}

int64_t dht_node_due(const struct dht_node *n)
{
    const int64_t all[] = {dht_ask_due(n), dht_search_due(n), refresh_due(n), n->boot_due,
                           n->sweep_due};
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] < due)
            due = all[i];
    return due;
}

int dht_node_search(struct dht_node *n, const struct dht_goal *goal, int64_t now)
{
    return dht_search_begin(n, goal, false, false, now);
}

/* --- What it knows ---------------------------------------------------------------------------- */

const struct node_id *dht_node_id(const struct dht_node *n, uint8_t host_len)
{
    return &n->config.ids[host_len == 16];
}

const struct routing_table *dht_node_table(const struct dht_node *n, uint8_t host_len)
{
    return &n->tables[host_len == 16];
}

struct dht_peers *dht_node_peers(struct dht_node *n)
{
    return &n->peers;
}

struct dht_items *dht_node_items(struct dht_node *n)
{
    return &n->items;
}

int64_t dht_node_wall(const struct dht_node *n, int64_t now)
{
    return n->config.wall_time + now;
}

uint64_t dht_node_version(const struct dht_node *n)
{
    return n->version;
}
