#include "dht/node_parts.h"

#include <string.h>

enum {
    VALUES_MAX = 100,
    SAMPLES_MAX = 20,
    SAMPLE_SECONDS = 3600, /* for which a sample stays the same */
};

/* How often an address that has given no proof gets an item, which is longer than two queries; and
 * how often one is asked for a proof. For all of them together. */
static const struct rate values_rate = {.burst = 64, .every = 30};
static const struct rate proofs_rate = {.burst = 64, .every = 50};

/* A reply that is being made, and what its parts are in. */
struct answer {
    struct dht_node *n;
    struct contact from;
    const struct krpc *query;
    size_t query_len;
    struct krpc m;
    int64_t now;
    bool proved;
    uint8_t ip[COMPACT_MAX];
    uint8_t nodes[DHT_K * 26], nodes6[DHT_K * COMPACT_NODE_MAX];
    uint8_t values[VALUES_MAX * COMPACT_MAX];
    uint8_t samples[SAMPLES_MAX * NODE_ID_LEN];
    struct dht_token token;
};

/* --- Sending ---------------------------------------------------------------------------------- */

/* Takes out so many bytes, of parts of this size each, from the end. Whether it could. */
static bool cut(struct krpc_bytes *bytes, size_t part, size_t excess)
{
    if (bytes->len == 0)
        return false;
    size_t all = (excess + part - 1) / part * part;
    bytes->len -= all < bytes->len ? all : bytes->len;
    return true;
}

static bool cut_values(struct krpc *m, size_t excess)
{
    if (m->value_count == 0)
        return false;
    size_t part = m->values[0].len + (m->values[0].len > 9 ? 3 : 2);
    size_t all = (excess + part - 1) / part;
    m->value_count -= all < m->value_count ? all : m->value_count;
    return true;
}

static bool drop_item(struct krpc *m)
{
    bool had = m->value.at != NULL;
    m->value = m->key = m->signature = (struct krpc_bytes){0};
    m->seq.there = false;
    return had;
}

/* Leaves out what does not fit: of a short reply the item first, since with the contacts the asker
 * finds it elsewhere. */
static bool shorten(struct answer *a, size_t excess, bool is_short)
{
    bool six = a->from.host_len == 16;
    return (is_short && drop_item(&a->m)) || cut(&a->m.samples, NODE_ID_LEN, excess) ||
           (six && cut(&a->m.nodes, 26, excess)) || cut(&a->m.nodes6, COMPACT_NODE_MAX, excess) ||
           cut(&a->m.nodes, 26, excess) || cut_values(&a->m, excess) || drop_item(&a->m);
}

/* A reply to an address that has not proved itself is at most twice as long as the query, so that
 * who sends queries in another's name does not reach that one with more than twice their bytes. An
 * item (BEP 44) is longer: of those a few go to such addresses. */
static void send_answer(struct answer *a)
{
    struct dht_node *n = a->n;
    size_t limit = a->proved ? KRPC_BYTES_MAX : 2 * a->query_len;
    if (limit > KRPC_BYTES_MAX)
        limit = KRPC_BYTES_MAX;
    if (!a->proved && a->m.value.at && bucket_take(&n->values, &values_rate, a->now))
        limit = KRPC_BYTES_MAX;
    a->m.transaction = a->query->transaction;
    a->m.ip = (struct krpc_bytes){a->ip, compact_put(&a->from, a->ip)};
    for (;;) {
        if (dht_compose(n, &a->m, a->from.host_len))
            return;
        if (n->out.len <= limit)
            break;
        if (!shorten(a, n->out.len - limit, limit < KRPC_BYTES_MAX))
            return;
    }
    n->host.send(n->host.self, &a->from, n->out.data, n->out.len);
}

static void refuse(struct answer *a, int code, const char *words)
{
    a->m = (struct krpc){.kind = KRPC_ERROR, .code = {true, code}};
    a->m.words = (struct krpc_bytes){(const uint8_t *)words, strlen(words)};
    send_answer(a);
}

/* --- Parts of replies ------------------------------------------------------------------------- */

/* The asker knows itself. */
static size_t closest(const struct answer *a, uint8_t host_len, const struct node_id *target,
                      uint8_t *out)
{
    struct contact list[DHT_K + 1];
    size_t len = 0, parts = 0;
    size_t count = routing_closest(dht_table(a->n, host_len), target, false, list, DHT_K + 1);
    for (size_t i = 0; i < count && parts < DHT_K; i++) {
        if (contact_same_address(&list[i], &a->from))
            continue;
        len += compact_put_node(&list[i], out + len);
        parts++;
    }
    return len;
}

static struct node_id target_of(const struct krpc *query)
{
    struct node_id id;
    memcpy(id.bytes, query->target.at, NODE_ID_LEN);
    return id;
}

/* Contacts of the family that the query came by, unless it says what it wants (BEP 32). */
static void put_nodes(struct answer *a, const struct node_id *target)
{
    unsigned want = a->query->want;
    if (want == 0)
        want = a->from.host_len == 16 ? KRPC_N6 : KRPC_N4;
    if (want & KRPC_N4)
        a->m.nodes = (struct krpc_bytes){a->nodes, closest(a, 4, target, a->nodes)};
    if (want & KRPC_N6)
        a->m.nodes6 = (struct krpc_bytes){a->nodes6, closest(a, 16, target, a->nodes6)};
}

static void put_token(struct answer *a, const struct node_id *target)
{
    a->token = dht_token_make(a->n->secret, &a->from, target, a->now);
    a->m.token = (struct krpc_bytes){a->token.bytes, DHT_TOKEN_LEN};
}

/* Whether the query's token is good, which proves its address. Else it is refused. */
static bool has_token(struct answer *a, const struct node_id *target)
{
    if (!dht_token_good(a->n->secret, a->query->token, &a->from, target, a->now)) {
        refuse(a, KRPC_PROTOCOL, "invalid token");
        return false;
    }
    dht_source_prove(&a->n->sources, &a->from, a->now);
    a->proved = true;
    return true;
}

/* --- Methods ---------------------------------------------------------------------------------- */

static void find_node(struct answer *a)
{
    struct node_id target = target_of(a->query);
    put_nodes(a, &target);
    send_answer(a);
}

static void get_peers(struct answer *a)
{
    struct contact list[VALUES_MAX];
    struct node_id key = target_of(a->query);
    size_t count = dht_peers_get(&a->n->peers, &key, a->from.host_len, dht_node_wall(a->n, a->now),
                                 list, VALUES_MAX);
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = a->values + i * COMPACT_MAX;
        a->m.values[i] = (struct krpc_bytes){at, compact_put(&list[i], at)};
    }
    a->m.value_count = count;
    put_token(a, &key);
    find_node(a);
}

static void announce_peer(struct answer *a)
{
    struct dht_node *n = a->n;
    struct node_id key = target_of(a->query);
    struct contact peer = a->from;
    struct krpc_number port = a->query->port;
    if (!has_token(a, &key))
        return;
    bool implied = a->query->implied_port.n != 0;
    if (!implied && (!port.there || port.n < 1 || port.n > UINT16_MAX)) {
        refuse(a, KRPC_PROTOCOL, "invalid port");
        return;
    }
    if (!implied)
        peer.port = (uint16_t)port.n;
    int added = dht_peers_add(&n->peers, &key, &peer, dht_node_wall(n, a->now));
    if (added < 0)
        return;
    n->version++;
    if (n->host.announced)
        n->host.announced(n->host.self, &key, &peer);
    send_answer(a);
}

/* A stored item whose seq is not above the query's is told by its seq alone (BEP 44). */
static void get(struct answer *a)
{
    struct node_id target = target_of(a->query);
    const struct dht_item *item = dht_items_get(&a->n->items, &target, dht_node_wall(a->n, a->now));
    struct krpc_number have = a->query->seq;
    if (item && item->is_mutable && have.there && item->seq <= have.n)
        a->m.seq = (struct krpc_number){true, item->seq};
    else if (item)
        dht_item_write(item, &a->m);
    put_token(a, &target);
    find_node(a);
}

static const char *words_of(int code)
{
    return code == KRPC_CAS ? "CAS mismatch" : "sequence number less than current";
}

static void put(struct answer *a)
{
    struct dht_node *n = a->n;
    struct dht_item item;
    const char *why;
    int wrong = dht_item_read_unsigned(a->query, &item, &why);
    if (!wrong && !has_token(a, &item.target))
        return;
    if (!wrong)
        wrong = dht_item_check(&item, &why);
    if (wrong) {
        refuse(a, wrong, why);
        return;
    }
    wrong = dht_items_put(&n->items, &item, a->query->cas, &a->from, dht_node_wall(n, a->now));
    if (wrong > 0)
        refuse(a, wrong, words_of(wrong));
    if (wrong)
        return;
    n->version++;
    if (n->host.stored)
        n->host.stored(n->host.self, &item);
    send_answer(a);
}

static void sample(struct answer *a)
{
    struct node_id list[SAMPLES_MAX];
    uint64_t turn = (uint64_t)(dht_node_wall(a->n, a->now) / 1000 / SAMPLE_SECONDS);
    size_t count = dht_peers_sample(&a->n->peers, turn, list, SAMPLES_MAX);
    for (size_t i = 0; i < count; i++)
        memcpy(a->samples + i * NODE_ID_LEN, list[i].bytes, NODE_ID_LEN);
    a->m.samples = (struct krpc_bytes){a->samples, count * NODE_ID_LEN};
    a->m.num = (struct krpc_number){true, (int64_t)dht_peers_keys(&a->n->peers)};
    a->m.interval = (struct krpc_number){true, SAMPLE_SECONDS};
    find_node(a);
}

/* --- Queries ---------------------------------------------------------------------------------- */

static const struct {
    void (*serve)(struct answer *a);
    const char *lacks; /* what it says without a target; NULL: it needs none */
} methods[KRPC_OTHER] = {
    [KRPC_PING] = {send_answer, NULL},
    [KRPC_FIND_NODE] = {find_node, "missing target"},
    [KRPC_GET_PEERS] = {get_peers, "missing info_hash"},
    [KRPC_ANNOUNCE_PEER] = {announce_peer, "missing info_hash"},
    [KRPC_GET] = {get, "missing target"},
    [KRPC_PUT] = {put, NULL},
    [KRPC_SAMPLE_INFOHASHES] = {sample, "missing target"},
};

/* The sender may be a contact, unless it says that it answers nothing (BEP 43); and is asked for a
 * proof that it is there. */
static void hear(struct answer *a)
{
    struct contact ping = {0};
    memcpy(a->from.id.bytes, a->query->id.at, NODE_ID_LEN);
    if (a->query->read_only || node_id_equal(&a->from.id, dht_own_id(a->n, a->from.host_len)))
        return;
    routing_heard(dht_table(a->n, a->from.host_len), &a->from, false, a->now, &ping);
    bool by_table = ping.host_len != 0;
    if (!by_table && !a->proved)
        ping = a->from;
    if (a->proved || bucket_take(&a->n->proofs, &proofs_rate, a->now))
        dht_ask_ping(a->n, &ping, a->now);
    else if (by_table)
        routing_not_pinged(dht_table(a->n, ping.host_len), &ping);
}

void dht_serve(struct dht_node *n, const struct contact *from, const struct krpc *query, size_t len,
               int64_t now)
{
    struct answer a = {.n = n, .from = *from, .query = query, .query_len = len, .now = now};
    a.m.kind = KRPC_REPLY;
    a.proved = dht_source_proved(&n->sources, from, now);
    if (n->host.queried)
        n->host.queried(n->host.self, from, query);
    if (!query->id.at) {
        refuse(&a, KRPC_PROTOCOL, "missing id");
        return;
    }
    if (query->method == KRPC_OTHER)
        refuse(&a, KRPC_METHOD, "method unknown");
    else if (methods[query->method].lacks && !query->target.at)
        refuse(&a, KRPC_PROTOCOL, methods[query->method].lacks);
    else
        methods[query->method].serve(&a);
    hear(&a);
}
