#include "dht/node_parts.h"

#include <string.h>

#define VERSION "PU\0\1"

int dht_compose(struct dht_node *n, const struct krpc *m, uint8_t host_len)
{
    struct krpc whole = *m;
    whole.id = (struct krpc_bytes){dht_own_id(n, host_len)->bytes, NODE_ID_LEN};
    whole.version = (struct krpc_bytes){(const uint8_t *)VERSION, 4};
    n->out.len = 0;
    return krpc_write(&whole, &n->out);
}

/* A free place; NULL: there is none. */
static struct dht_query *take_query(struct dht_node *n)
{
    for (unsigned i = 0; i < DHT_QUERIES_MAX; i++) {
        struct dht_query *q = &n->queries[n->next_query];
        n->next_query = (n->next_query + 1) % DHT_QUERIES_MAX;
        if (!q->used)
            return q;
    }
    return NULL;
}

static void name_query(const struct dht_node *n, const struct dht_query *q,
                       uint8_t out[DHT_TRANSACTION])
{
    size_t index = (size_t)(q - n->queries);
    out[0] = (uint8_t)(index >> 8);
    out[1] = (uint8_t)index;
    memcpy(out + 2, q->nonce, sizeof q->nonce);
}

bool dht_ask(struct dht_node *n, const struct contact *to, bool id_known, struct krpc *m,
             enum dht_purpose purpose, struct dht_search *search, int64_t now)
{
    uint8_t transaction[DHT_TRANSACTION];
    bool is_late = purpose == DHT_FOR_TABLE && n->pinging >= DHT_QUERIES_MAX / 2;
    struct dht_query *q = is_late ? NULL : take_query(n);
    if (!q)
        return false;
    *q = (struct dht_query){true, purpose, *to, id_known, {0}, now + DHT_QUERY_LIFE, search};
    n->host.random(n->host.self, q->nonce, sizeof q->nonce);
    name_query(n, q, transaction);
    m->kind = KRPC_QUERY;
    m->transaction = (struct krpc_bytes){transaction, sizeof transaction};
    m->read_only = n->config.read_only;
    n->in_flight++;
    n->booting += purpose == DHT_FOR_BOOT;
    n->pinging += purpose == DHT_FOR_TABLE;
    if (dht_compose(n, m, to->host_len) == 0)
        n->host.send(n->host.self, to, n->out.data, n->out.len);
    m->transaction = (struct krpc_bytes){0};
    return true;
}

void dht_ask_ping(struct dht_node *n, const struct contact *to, int64_t now)
{
    struct krpc m = {.method = KRPC_PING};
    if (to->host_len && !dht_ask(n, to, true, &m, DHT_FOR_TABLE, NULL, now))
        routing_not_pinged(dht_table(n, to->host_len), to);
}

void dht_ask_boot(struct dht_node *n, const struct contact *to, bool id_known, int64_t now)
{
    struct krpc m = {.method = KRPC_FIND_NODE};
    m.target = (struct krpc_bytes){dht_own_id(n, to->host_len)->bytes, NODE_ID_LEN};
    dht_ask(n, to, id_known, &m, DHT_FOR_BOOT, NULL, now);
}

/* --- Answers ---------------------------------------------------------------------------------- */

static void release(struct dht_node *n, struct dht_query *q)
{
    q->used = false;
    n->in_flight--;
    n->booting -= q->purpose == DHT_FOR_BOOT;
    n->pinging -= q->purpose == DHT_FOR_TABLE;
}

/* The query that this answers; NULL: we did not send it to this address, or not lately. */
static struct dht_query *query_of(struct dht_node *n, const struct contact *from,
                                  struct krpc_bytes transaction)
{
    uint8_t name[DHT_TRANSACTION];
    if (transaction.len != DHT_TRANSACTION)
        return NULL;
    size_t index = (size_t)transaction.at[0] << 8 | transaction.at[1];
    if (index >= DHT_QUERIES_MAX || !n->queries[index].used)
        return NULL;
    struct dht_query *q = &n->queries[index];
    name_query(n, q, name);
    bool same = memcmp(name, transaction.at, DHT_TRANSACTION) == 0;
    return same && contact_same_address(&q->to, from) ? q : NULL;
}

/* Our own id of a family follows our address, once enough agree on it (BEP 42). */
static void follow_address(struct dht_node *n, uint8_t host_len, int64_t now)
{
    struct node_id chance, *own = dht_own_id(n, host_len);
    struct contact self = {.id = *own, .host_len = host_len};
    if (!n->config.is_bound || !dht_votes_result(&n->votes[host_len == 16], host_len, self.host) ||
        bound_id_valid(&self))
        return;
    n->host.random(n->host.self, chance.bytes, NODE_ID_LEN);
    *own = bound_id_make(self.host, host_len, &chance);
    routing_rename(dht_table(n, host_len), own, now);
    if (n->host.renamed)
        n->host.renamed(n->host.self, host_len);
}

static void take_vote(struct dht_node *n, const struct contact *from, struct krpc_bytes ip,
                      int64_t now)
{
    struct contact said;
    if (ip.at && compact_get(ip.at, ip.len, &said) &&
        dht_votes_add(&n->votes[from->host_len == 16], from, &said))
        follow_address(n, from->host_len, now);
}

static void failed(const struct dht_query *q)
{
    if (q->purpose == DHT_FOR_STORE && q->search)
        dht_search_stored(q->search, -1);
    if (q->purpose == DHT_FOR_SEARCH && q->search)
        dht_search_answered(q->search, &q->to, NULL);
}

/* It goes to its purpose. */
static void hand_out(struct dht_node *n, const struct dht_query *q, const struct contact *from,
                     const struct krpc *m, int64_t now)
{
    struct contact list[2 * DHT_K];
    bool six = from->host_len == 16;
    if (q->purpose == DHT_FOR_STORE && q->search)
        dht_search_stored(q->search, 0);
    if (q->purpose == DHT_FOR_SEARCH && q->search)
        dht_search_answered(q->search, from, m);
    if (q->purpose != DHT_FOR_BOOT)
        return;
    list[0] = *from;
    size_t count = compact_get_nodes(six ? m->nodes6 : m->nodes, from->host_len, list + 1,
                                     2 * DHT_K - 1);
    count = dht_believed(from, list + 1, count);
    dht_search_fed(n, list, count + 1, now);
}

static void take_reply(struct dht_node *n, const struct dht_query *q, const struct krpc *m,
                       int64_t now)
{
    struct contact from = q->to, ping = {0};
    if (m->id.at)
        memcpy(from.id.bytes, m->id.at, NODE_ID_LEN);
    if (!m->id.at || (q->id_known && !node_id_equal(&from.id, &q->to.id))) {
        routing_drop(dht_table(n, q->to.host_len), &q->to, &ping);
        failed(q);
        dht_ask_ping(n, &ping, now);
        return;
    }
    take_vote(n, &from, m->ip, now);
    if (!node_id_equal(&from.id, dht_own_id(n, from.host_len))) {
        routing_heard(dht_table(n, from.host_len), &from, true, now, &ping);
        hand_out(n, q, &from, m, now);
    }
    dht_ask_ping(n, &ping, now);
}

/* Who answers a ping with an error is no better than who is silent. */
static void take_error(struct dht_node *n, const struct dht_query *q, const struct krpc *m,
                       int64_t now)
{
    struct contact ping = {0};
    take_vote(n, &q->to, m->ip, now);
    if (q->purpose == DHT_FOR_TABLE)
        routing_failed(dht_table(n, q->to.host_len), &q->to, &ping);
    dht_ask_ping(n, &ping, now);
    if (q->purpose == DHT_FOR_STORE && q->search)
        dht_search_stored(q->search, m->code.there && m->code.n > 0 ? m->code.n : KRPC_GENERIC);
    else
        failed(q);
}

void dht_take_answer(struct dht_node *n, const struct contact *from, const struct krpc *m,
                     int64_t now)
{
    struct dht_query *place = query_of(n, from, m->transaction);
    if (!place)
        return;
    struct dht_query q = *place;
    release(n, place);
    dht_source_prove(&n->sources, from, now);
    if (m->kind == KRPC_REPLY)
        take_reply(n, &q, m, now);
    else
        take_error(n, &q, m, now);
}

/* --- Time ------------------------------------------------------------------------------------- */

static void give_up(struct dht_node *n, const struct dht_query *q, int64_t now)
{
    struct contact ping = {0};
    if (q->id_known)
        routing_failed(dht_table(n, q->to.host_len), &q->to, &ping);
    failed(q);
    dht_ask_ping(n, &ping, now);
}

void dht_ask_tick(struct dht_node *n, int64_t now)
{
    for (unsigned i = 0; n->in_flight && i < DHT_QUERIES_MAX; i++)
        if (n->queries[i].used && n->queries[i].due <= now) {
            struct dht_query q = n->queries[i];
            release(n, &n->queries[i]);
            give_up(n, &q, now);
        }
}

int64_t dht_ask_due(const struct dht_node *n)
{
    int64_t due = INT64_MAX;
    for (unsigned i = 0; n->in_flight && i < DHT_QUERIES_MAX; i++)
        if (n->queries[i].used && n->queries[i].due < due)
            due = n->queries[i].due;
    return due;
}
