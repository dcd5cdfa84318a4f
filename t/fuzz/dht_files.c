/* The files of dht-node: id, where, nodes, peers and items. The first byte says which. A line that
 * can be read is written as it stands in a file of ours, and that is read as the same; whatever a
 * node takes from files, it stays within its bounds, and gives it out again. */
#include "crypto/ed25519.h"
#include "dht/node.h"
#include "dhtcli/dht_lines.h"
#include "dhtcli/endpoint.h"
#include "fuzz.h"

struct reading {
    struct dht_node *node;
    unsigned kind;
    size_t peers, given, items;
};

static void no_send(void *self, const struct contact *to, const void *bytes, size_t n)
{
    struct krpc m;
    struct fault f;
    (void)self;
    must(to->host_len && to->port && krpc_read(bytes, n, &m, &f) == 0);
}

static void draw(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

/* The line, with its newline, that this one is once it was read; none: it is wrong. */
static bool rewrite(struct reading *r, const char *text, size_t n, bool take, struct buf *out)
{
    char address[ADDRESS_MAX];
    struct node_id id;
    struct contact c = {0};
    struct dht_item item;
    struct fault f;
    int64_t time;
    switch (r->kind) {
    case 0:
        return hex20_parse(text, n, &id) == 0 && buf_add_string(out, hex20(&id).text) == 0 &&
               buf_add(out, "\n", 1) == 0;
    case 1:
        if (endpoint_parse(text, n, &c, &f))
            return false;
        endpoint_format(&c, address);
        return buf_add_string(out, address) == 0 && buf_add(out, "\n", 1) == 0;
    case 2:
        if (dht_line_node(text, n, &c, &f))
            return false;
        if (take)
            dht_node_know(r->node, &c, 1);
        return dht_line_put_node(out, &c) == 0;
    case 3:
        if (dht_line_peer(text, n, &id, &c, &time, &f))
            return false;
        if (take)
            r->peers += dht_peers_add(dht_node_peers(r->node), &id, &c, 1000) > 0;
        return dht_line_put_peer(out, &id, &c, time) == 0;
    default:
        if (dht_line_item(text, n, &item, &time, &f))
            return false;
        if (take)
            dht_items_put(dht_node_items(r->node), &item, (struct krpc_number){0}, NULL, 1000);
        return dht_line_put_item(out, &item, time) == 0;
    }
}

static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct reading *r = self;
    struct buf once = {0}, twice = {0};
    (void)f;
    if (line->state == LINE_WHOLE && rewrite(r, line->text, line->len, true, &once)) {
        must(rewrite(r, once.data, once.len - 1, false, &twice));
        must_equal(once.data, once.len, twice.data, twice.len);
    }
    buf_free(&once);
    buf_free(&twice);
    return 0;
}

static int count_peer(void *self, const struct node_id *key, const struct contact *c, int64_t time)
{
    struct reading *r = self;
    (void)key;
    must(c->port && c->host_len && time == 0 && r->peers > 0);
    r->peers--; /* of those added, some may have pushed others out */
    r->given++;
    return 0;
}

static int count_item(void *self, const struct dht_item *item, int64_t time)
{
    struct reading *r = self;
    const char *why;
    must(dht_item_check(item, &why) == 0 && time == 1000);
    r->items++;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct dht_config config = {.ids = {{{1}}, {{2}}}};
    struct dht_host host = {.send = no_send, .random = draw};
    struct reading r = {.kind = n ? data[0] % 5 : 0};
    struct span rest = {(const char *)data + 1, n ? n - 1 : 0};
    struct fault f;
    must(ed25519_load(&f) == 0);
    r.node = dht_node_new(&config, &host, 1);
    must(r.node && lines_each(source_memory(&rest), 0, take_line, &r, &f) == 0);
    dht_peers_each(dht_node_peers(r.node), count_peer, &r);
    dht_items_each(dht_node_items(r.node), count_item, &r);
    must(r.given == dht_node_peers(r.node)->count &&
         r.items == dht_items_count(dht_node_items(r.node)));
    dht_peers_expire(dht_node_peers(r.node), 1000 + DHT_PEER_LIFE + 60000);
    dht_items_expire(dht_node_items(r.node), 1000 + DHT_ITEM_LIFE);
    must(dht_peers_keys(dht_node_peers(r.node)) == 0 &&
         dht_items_count(dht_node_items(r.node)) == 0);
    dht_node_free(r.node);
    return 0;
}
