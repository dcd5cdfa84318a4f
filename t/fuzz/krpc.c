/* dht/krpc and a node in both roles. The input is messages, each after a byte of its length divided
 * by 4, or what it has up to there, and a byte that says from whom it comes and what happens
 * before. What can be read is written and read again as the same; a node sends only messages that
 * can be read strictly, and never more than twice what it was sent to who has not proved itself,
 * but for an item. */
#include "base/chance.h"
#include "bencode/tree.h"
#include "crypto/ed25519.h"
#include "dht/node.h"
#include "fuzz.h"

enum { NODES = 400, PEERS = 4 };

struct world {
    struct dht_node *nodes[2]; /* a node; and one that only searches */
    int64_t now;
    uint64_t chance;
    uint8_t last[PEERS][16]; /* the transaction of the last query to each */
    size_t last_len[PEERS];
    size_t answers; /* bytes of answers, of this turn */
};

static void check_strict(const void *bytes, size_t n)
{
    static struct bencode_node nodes[NODES];
    struct fault f;
    size_t count;
    must(n <= KRPC_BYTES_MAX && bencode_tree(bytes, n, true, nodes, NODES, &count, &f) == 0);
}

static void take(void *self, const struct contact *to, const void *bytes, size_t n)
{
    struct world *w = self;
    struct krpc m;
    struct fault f;
    check_strict(bytes, n);
    must(krpc_read(bytes, n, &m, &f) == 0);
    if (m.kind != KRPC_QUERY) {
        w->answers += m.value.at ? 0 : n;
        return;
    }
    must(m.transaction.len <= 16);
    if (to->host[3] < PEERS) {
        memcpy(w->last[to->host[3]], m.transaction.at, m.transaction.len);
        w->last_len[to->host[3]] = m.transaction.len;
    }
}

static void draw(void *self, void *out, size_t n)
{
    struct world *w = self;
    for (uint8_t *at = out; n > 0; n--)
        *at++ = (uint8_t)chance_next(&w->chance);
}

static void check_again(const struct krpc *m)
{
    struct buf first = {0}, second = {0};
    struct krpc again;
    struct fault f;
    if (m->kind == KRPC_QUERY && m->method == KRPC_OTHER)
        return;
    must(krpc_write(m, &first) == 0);
    if (first.len <= KRPC_BYTES_MAX) { /* numbers with leading zeros are shorter now */
        must(krpc_read(first.data, first.len, &again, &f) == 0);
        must(krpc_write(&again, &second) == 0);
        must_equal(first.data, first.len, second.data, second.len);
    }
    buf_free(&first);
    buf_free(&second);
}

/* An answer is given the transaction of a query, so that it gets further. */
static void deliver(struct world *w, const uint8_t *bytes, size_t n, unsigned who)
{
    struct contact from = {.host_len = 4, .port = 7, .host = {20, 1, 1, (uint8_t)(who % PEERS)}};
    struct buf out = {0};
    struct krpc m;
    struct fault f;
    w->answers = 0;
    for (int i = 0; i < 2; i++)
        dht_node_received(w->nodes[i], &from, bytes, n, w->now);
    must(w->answers <= 2 * n || who % PEERS == 0);
    if (krpc_read(bytes, n, &m, &f))
        return;
    check_again(&m);
    m.transaction = (struct krpc_bytes){w->last[who % PEERS], w->last_len[who % PEERS]};
    if (m.kind != KRPC_QUERY && who % PEERS == 0 && krpc_write(&m, &out) == 0)
        for (int i = 0; i < 2; i++)
            dht_node_received(w->nodes[i], &from, out.data, out.len, w->now);
    buf_free(&out);
}

static void step(struct world *w, unsigned what)
{
    struct dht_goal goal = {
        .method = what & 1 ? KRPC_GET : KRPC_GET_PEERS, .host_len = 4, .announce = (what & 2) != 0};
    struct contact c = {.host_len = 4, .port = 7, .host = {20, 1, 1, 0}};
    if (what & 4)
        dht_node_search(w->nodes[1], &goal, w->now);
    if (what & 8)
        dht_node_meet(w->nodes[1], &c, w->now);
    w->now += what & 16 ? 7000 : 1;
    for (int i = 0; i < 2; i++)
        dht_node_tick(w->nodes[i], w->now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct world w = {.now = 1000};
    struct dht_host host = {.send = take, .random = draw, .self = &w};
    struct fault f;
    must(ed25519_load(&f) == 0);
    for (int i = 0; i < 2; i++) {
        struct dht_config config = {.read_only = i == 1, .is_bound = true};
        config.ids[0].bytes[0] = config.ids[1].bytes[0] = (uint8_t)(i + 1);
        w.nodes[i] = dht_node_new(&config, &host, w.now);
        must(w.nodes[i]);
    }
    for (size_t at = 0; n - at > 2;) {
        size_t len = (size_t)data[at] * 4, left = n - at - 2;
        unsigned how = data[at + 1];
        at += 2;
        if (len > left)
            len = left;
        step(&w, how >> 3);
        uint8_t *copy = malloc(len + 1);
        must(copy);
        memcpy(copy, data + at, len);
        deliver(&w, copy, len, how & 7);
        free(copy);
        at += len;
    }
    dht_node_free(w.nodes[0]);
    dht_node_free(w.nodes[1]);
    return 0;
}
