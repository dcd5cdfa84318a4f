#include "dhtcli/dht_lines.h"

#include "base/hex.h"
#include "base/num.h"
#include "dhtcli/endpoint.h"

#include <inttypes.h>
#include <string.h>

enum { WORDS_MAX = 8 };

struct words {
    size_t count;
    struct {
        const char *text;
        size_t len;
    } list[WORDS_MAX];
};

/* --- Writing ---------------------------------------------------------------------------------- */

static int put_hex(struct buf *out, const uint8_t *bytes, size_t n)
{
    if (buf_reserve(out, 2 * n + 1))
        return -1;
    out->data[out->len++] = ' ';
    hex_encode(out->data + out->len, bytes, n);
    out->len += 2 * n;
    return 0;
}

static int put_address(struct buf *out, const struct contact *c)
{
    char text[ADDRESS_MAX];
    endpoint_format(c, text);
    return buf_add(out, " ", 1) || buf_add_string(out, text) ? -1 : 0;
}

static int put_number(struct buf *out, int64_t n)
{
    return buf_add(out, " ", 1) || buf_add_number(out, n) ? -1 : 0;
}

int dht_line_put_node(struct buf *out, const struct contact *c)
{
    return buf_add_string(out, "node") || put_hex(out, c->id.bytes, NODE_ID_LEN) ||
                   put_address(out, c) || buf_add(out, "\n", 1)
               ? -1
               : 0;
}

int dht_line_put_peer(struct buf *out, const struct node_id *key, const struct contact *peer,
                      int64_t time)
{
    return buf_add_string(out, "peer") || put_hex(out, key->bytes, NODE_ID_LEN) ||
                   put_address(out, peer) || put_number(out, time) || buf_add(out, "\n", 1)
               ? -1
               : 0;
}

static int put_mutable(struct buf *out, const struct dht_item *item)
{
    if (!item->is_mutable)
        return 0;
    if (put_hex(out, item->key, sizeof item->key) || put_number(out, item->seq) ||
        (item->salt_len ? put_hex(out, item->salt, item->salt_len) : buf_add(out, " -", 2)))
        return -1;
    return put_hex(out, item->signature, sizeof item->signature);
}

int dht_line_put_item(struct buf *out, const struct dht_item *item, int64_t time)
{
    return buf_add_string(out, "item") || put_hex(out, item->target.bytes, NODE_ID_LEN) ||
                   put_number(out, time) || put_hex(out, item->value, item->value_len) ||
                   put_mutable(out, item) || buf_add(out, "\n", 1)
               ? -1
               : 0;
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Splits at single spaces. The line begins with this word, and has least to most of them. */
static int split(const char *line, size_t n, const char *first, size_t least, size_t most,
                 struct words *w, struct fault *f)
{
    size_t from = 0;
    *w = (struct words){0};
    for (size_t i = 0; i <= n; i++) {
        if (i < n && line[i] != ' ')
            continue;
        if (w->count == WORDS_MAX)
            return fault_rule(f, "more than %zu words", most);
        w->list[w->count].text = line + from;
        w->list[w->count++].len = i - from;
        from = i + 1;
    }
    if (w->list[0].len != strlen(first) || memcmp(line, first, w->list[0].len) != 0)
        return fault_rule(f, "it does not begin with %s", first);
    if (w->count < least || w->count > most)
        return fault_rule(f, "%s: %zu words", first, w->count);
    return 0;
}

static int get_id(const struct words *w, size_t i, struct node_id *id, struct fault *f)
{
    return hex20_parse(w->list[i].text, w->list[i].len, id) ? fault_rule(f, "id: not 40 digits")
                                                            : 0;
}

/* A time, of which the milliseconds must fit, too. */
static int get_time(const struct words *w, size_t i, int64_t *out, struct fault *f)
{
    return number_parse(w->list[i].text, w->list[i].len, out) || *out > INT64_MAX / 1000
               ? fault_rule(f, "time: not a number of seconds")
               : 0;
}

/* At most `most` bytes. *len: how many. */
static int get_hex(const struct words *w, size_t i, uint8_t *out, size_t most, size_t *len,
                   struct fault *f)
{
    size_t n = w->list[i].len;
    *len = n / 2;
    return n % 2 || n / 2 > most || hex_decode(out, w->list[i].text, n / 2)
               ? fault_rule(f, "word %zu: not digits for at most %zu bytes", i + 1, most)
               : 0;
}

int dht_line_node(const char *line, size_t n, struct contact *c, struct fault *f)
{
    struct words w;
    struct node_id id;
    if (split(line, n, "node", 3, 3, &w, f) || get_id(&w, 1, &id, f) ||
        endpoint_parse(w.list[2].text, w.list[2].len, c, f))
        return -1;
    c->id = id;
    return 0;
}

int dht_line_peer(const char *line, size_t n, struct node_id *key, struct contact *peer,
                  int64_t *time, struct fault *f)
{
    struct words w;
    return split(line, n, "peer", 4, 4, &w, f) || get_id(&w, 1, key, f) ||
                   endpoint_parse(w.list[2].text, w.list[2].len, peer, f) ||
                   get_time(&w, 3, time, f)
               ? -1
               : 0;
}

/* What a message of the item would have. */
struct item_bytes {
    uint8_t value[ITEM_VALUE_MAX], key[32], salt[ITEM_SALT_MAX], signature[64];
    size_t value_len, key_len, salt_len, signature_len;
};

static int get_mutable(const struct words *w, struct item_bytes *b, struct krpc *m, struct fault *f)
{
    bool bare = w->list[6].len == 1 && w->list[6].text[0] == '-';
    if (get_hex(w, 4, b->key, sizeof b->key, &b->key_len, f) ||
        (!bare && get_hex(w, 6, b->salt, sizeof b->salt, &b->salt_len, f)) ||
        get_hex(w, 7, b->signature, sizeof b->signature, &b->signature_len, f))
        return -1;
    if (b->key_len != 32 || b->signature_len != 64 ||
        number_parse(w->list[5].text, w->list[5].len, &m->seq.n))
        return fault_rule(f, "item: key, seq or signature");
    m->seq.there = true;
    m->key = (struct krpc_bytes){b->key, b->key_len};
    m->salt = (struct krpc_bytes){b->salt, b->salt_len};
    m->signature = (struct krpc_bytes){b->signature, b->signature_len};
    return 0;
}

int dht_line_item(const char *line, size_t n, struct dht_item *item, int64_t *time, struct fault *f)
{
    struct item_bytes b = {0};
    struct words w;
    struct node_id target;
    struct krpc m = {0};
    const char *why;
    if (split(line, n, "item", 4, 8, &w, f) || get_id(&w, 1, &target, f) ||
        get_time(&w, 2, time, f) || get_hex(&w, 3, b.value, sizeof b.value, &b.value_len, f))
        return -1;
    if (w.count != 4 && w.count != 8)
        return fault_rule(f, "item: %zu words", w.count);
    if (w.count == 8 && get_mutable(&w, &b, &m, f))
        return -1;
    m.value = (struct krpc_bytes){b.value, b.value_len};
    if (dht_item_read(&m, item, &why))
        return fault_rule(f, "item: %s", why);
    return node_id_equal(&item->target, &target) ? 0
                                                 : fault_rule(f, "item: it is not of its target");
}
