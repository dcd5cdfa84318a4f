#include "base/array.h"
#include "dht/node_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    PADDING = 128, /* so that a reply with 8 nodes is not longer than two such queries */
    NODES_MAX = 64 /* of one reply that are looked at; the 2 * DHT_K nearest of them count */
};

static struct contact nobody(void)
{
    return (struct contact){0};
}

/* --- Beginning -------------------------------------------------------------------------------- */

static void free_search(struct dht_search *s)
{
    lookup_free(&s->lookup);
    free(s->item);
    free(s->responders);
    free(s);
}

/* Adds the nearest contacts that the table knows. */
static void add_known(struct dht_node *n, struct dht_search *s)
{
    struct contact list[4 * DHT_K];
    size_t count = routing_closest(dht_table(n, s->goal.host_len), &s->goal.target, true, list,
                                   4 * DHT_K);
    for (size_t i = 0; i < count; i++)
        lookup_add(&s->lookup, &list[i], 1);
}

int dht_search_begin(struct dht_node *n, const struct dht_goal *goal, bool refreshes, bool own,
                     int64_t now)
{
    struct lookup_rules rules = lookup_rules_default;
    struct dht_search *s = n->search_count < DHT_SEARCHES_MAX ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return -1;
    rules.self = *dht_own_id(n, goal->host_len);
    rules.bound_ids = n->config.bound_ids;
    lookup_init(&s->lookup, &goal->target, &rules);
    s->goal = *goal;
    s->begun = now;
    s->refreshes = refreshes;
    s->own = own;
    s->item = goal->item ? malloc(sizeof *s->item) : NULL;
    if (goal->item && !s->item) {
        free_search(s);
        return -1;
    }
    if (goal->item)
        *s->item = *goal->item;
    s->next = n->searches;
    n->searches = s;
    n->search_count++;
    routing_looked(dht_table(n, goal->host_len), &goal->target, now);
    add_known(n, s);
    return 0;
}

/* --- Storing ---------------------------------------------------------------------------------- */

static const struct dht_responder *responder_of(const struct dht_search *s, const struct contact *c)
{
    for (size_t i = 0; i < s->responder_count; i++)
        if (contact_equal(&s->responders[i].contact, c))
            return &s->responders[i];
    return NULL;
}

static void store_at(struct dht_node *n, struct dht_search *s,
                     const struct dht_responder *responder, int64_t now)
{
    struct krpc m = {.kind = KRPC_QUERY, .method = KRPC_ANNOUNCE_PEER};
    m.token = (struct krpc_bytes){responder->token, responder->token_len};
    if (s->item) {
        m.method = KRPC_PUT;
        dht_item_write(s->item, &m);
        m.cas = s->item->is_mutable ? s->goal.cas : (struct krpc_number){0};
    } else {
        m.target = (struct krpc_bytes){s->goal.target.bytes, NODE_ID_LEN};
        m.implied_port = (struct krpc_number){true, s->goal.port == 0};
        m.port = (struct krpc_number){true, s->goal.port ? s->goal.port : 1};
    }
    s->awaited += dht_ask(n, &responder->contact, true, &m, DHT_FOR_STORE, s, now);
}

/* At the nearest nodes that gave a token. */
static void store(struct dht_node *n, struct dht_search *s, int64_t now)
{
    struct contact list[DHT_K];
    size_t count = lookup_closest(&s->lookup, list, DHT_K);
    s->storing = true;
    for (size_t i = 0; i < count; i++) {
        const struct dht_responder *responder = responder_of(s, &list[i]);
        if (responder)
            store_at(n, s, responder, now);
    }
}

void dht_search_stored(struct dht_search *s, int64_t code)
{
    s->awaited--;
    s->outcome.stored += code == 0;
    s->outcome.refused += code > 0;
    if (code > 0)
        s->outcome.code = code;
}

/* --- Answers ---------------------------------------------------------------------------------- */

static void keep_token(struct dht_search *s, const struct contact *from, const struct krpc *m)
{
    if (!m->token.at || m->token.len > DHT_TOKEN_MAX ||
        ARRAY_RESERVE(s->responders, s->responder_cap, s->responder_count + 1))
        return;
    struct dht_responder *responder = &s->responders[s->responder_count++];
    responder->contact = *from;
    responder->token_len = m->token.len;
    memcpy(responder->token, m->token.at, m->token.len);
}

static void take_item(const struct dht_search *s, const struct krpc *m)
{
    struct dht_item item;
    struct krpc whole = *m;
    const char *why;
    if (!m->value.at || !s->goal.item_found)
        return;
    if (s->goal.salt_len)
        whole.salt = (struct krpc_bytes){s->goal.salt, s->goal.salt_len};
    else
        whole.salt = (struct krpc_bytes){0};
    if (dht_item_read(&whole, &item, &why) == 0 && node_id_equal(&item.target, &s->goal.target))
        s->goal.item_found(s->goal.self, &item);
}

static void take_values(const struct dht_search *s, const struct contact *from,
                        const struct krpc *m)
{
    struct contact peer;
    for (size_t i = 0; i < m->value_count && s->goal.peer; i++)
        if (compact_get(m->values[i].at, m->values[i].len, &peer) &&
            contact_is_believed(&peer, from))
            s->goal.peer(s->goal.self, &peer);
}

size_t dht_believed(const struct contact *teller, struct contact *list, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (contact_is_believed(&list[i], teller))
            list[kept++] = list[i];
    return kept;
}

/* Moves the nearest to the target to the front, and gives how many count. */
static size_t keep_nearest(const struct node_id *target, struct contact *list, size_t count)
{
    size_t kept = count < (size_t)2 * DHT_K ? count : (size_t)2 * DHT_K;
    for (size_t i = 0; i < kept && kept < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (node_id_compare(target, &list[j].id, &list[i].id) < 0) {
                struct contact c = list[i];
                list[i] = list[j];
                list[j] = c;
            }
    return kept;
}

void dht_search_answered(struct dht_search *s, const struct contact *from, const struct krpc *m)
{
    struct contact list[NODES_MAX];
    if (!m) {
        lookup_failed(&s->lookup, from);
        return;
    }
    size_t count = compact_get_nodes(from->host_len == 16 ? m->nodes6 : m->nodes, from->host_len,
                                     list, NODES_MAX);
    count = dht_believed(from, list, count);
    count = keep_nearest(&s->goal.target, list, count);
    if (!lookup_answered(&s->lookup, from, list, count))
        return;
    if (s->goal.answered)
        s->goal.answered(s->goal.self, from, m);
    keep_token(s, from, m);
    take_values(s, from, m);
    take_item(s, m);
}

void dht_search_fed(struct dht_node *n, const struct contact *list, size_t count, int64_t now)
{
    struct dht_search *s = n->searches;
    bool own = false;
    for (; s; s = s->next) {
        own |= s->own && s->goal.host_len == list[0].host_len;
        if (s->goal.host_len == list[0].host_len && !s->storing)
            for (size_t i = 0; i < count; i++)
                lookup_add(&s->lookup, &list[i], i == 0 ? 1 : 2);
    }
    if (own || n->config.read_only)
        return;
    struct dht_goal goal = {.method = KRPC_FIND_NODE,
                            .target = *dht_own_id(n, list[0].host_len),
                            .host_len = list[0].host_len};
    if (dht_search_begin(n, &goal, false, true, now) == 0)
        for (size_t i = 0; i < count; i++)
            lookup_add(&n->searches->lookup, &list[i], i == 0 ? 1 : 2);
}

/* --- Time ------------------------------------------------------------------------------------- */

static unsigned hop_of(const struct dht_search *s, const struct contact *c)
{
    for (size_t i = 0; i < s->lookup.count; i++)
        if (contact_equal(&s->lookup.candidates[i].contact, c))
            return s->lookup.candidates[i].hop;
    return 0;
}

/* Whether it could. */
static bool ask(struct dht_node *n, struct dht_search *s, const struct contact *to, int64_t now)
{
    struct krpc m = {.method = s->goal.method, .padding = PADDING};
    m.target = (struct krpc_bytes){s->goal.target.bytes, NODE_ID_LEN};
    if (!dht_ask(n, to, true, &m, DHT_FOR_SEARCH, s, now)) {
        lookup_unasked(&s->lookup, to);
        return false;
    }
    if (s->goal.asked)
        s->goal.asked(s->goal.self, to, hop_of(s, to));
    return true;
}

/* Asks whom it can. Whether the search has ended. */
static bool pump(struct dht_node *n, struct dht_search *s, int64_t now)
{
    struct contact c = nobody();
    s->begun = INT64_MAX;
    while (lookup_tick(&s->lookup, now, &c))
        ; /* the query, which ends at the same time, tells the table */
    if (!s->storing)
        while (lookup_next(&s->lookup, now, &c) && ask(n, s, &c, now))
            ; /* those left over are asked when a query has ended */
    if (!lookup_done(&s->lookup))
        return false;
    bool waits = s->lookup.count == 0 && n->boot_count > 0 && !dht_knows_somebody(n) &&
                 (n->boot_tries < DHT_BOOT_TRIES || n->booting > 0);
    if (waits)
        return false;
    if (!s->storing && (s->goal.announce || s->item))
        store(n, s, now);
    return s->awaited == 0;
}

static void sum_up(struct dht_search *s)
{
    struct contact nearest;
    s->outcome.asked = s->lookup.asked;
    s->outcome.answered = s->lookup.answered;
    if (lookup_closest(&s->lookup, &nearest, 1))
        s->outcome.hops = hop_of(s, &nearest);
}

static void finish(struct dht_node *n, struct dht_search *s)
{
    for (unsigned i = 0; i < DHT_QUERIES_MAX; i++)
        if (n->queries[i].search == s)
            n->queries[i].search = NULL;
    sum_up(s);
    n->search_count--;
    bool is_first = s->own && s->outcome.answered > 0 && !n->was_ready;
    n->was_ready |= is_first;
    if (is_first && n->host.ready)
        n->host.ready(n->host.self, routing_size(dht_table(n, s->goal.host_len)));
    if (s->goal.done)
        s->goal.done(s->goal.self, &s->outcome);
    free_search(s);
}

void dht_search_tick(struct dht_node *n, int64_t now)
{
    for (struct dht_search **at = &n->searches; *at;) {
        struct dht_search *s = *at;
        if (!pump(n, s, now)) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        finish(n, s); /* may begin another, which comes first in the list */
        at = &n->searches;
    }
}

int64_t dht_search_due(const struct dht_node *n)
{
    int64_t due = INT64_MAX;
    for (const struct dht_search *s = n->searches; s; s = s->next) {
        int64_t next = lookup_deadline(&s->lookup);
        if (s->begun < next)
            next = s->begun;
        if (next < due)
            due = next;
    }
    return due;
}

void dht_search_free_all(struct dht_node *n)
{
    while (n->searches) {
        struct dht_search *s = n->searches;
        n->searches = s->next;
        free_search(s);
    }
}
