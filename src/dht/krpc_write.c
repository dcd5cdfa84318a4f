#include "bencode/writer.h"
#include "dht/krpc_parts.h"

#include <string.h>

static void put_bytes(struct bencode_writer *w, const char *name, struct krpc_bytes bytes)
{
    if (!bytes.at)
        return;
    bencode_put_text(w, name);
    bencode_put_string(w, bytes.at, bytes.len);
}

static void put_number(struct bencode_writer *w, const char *name, struct krpc_number number)
{
    if (!number.there)
        return;
    bencode_put_text(w, name);
    bencode_put_integer(w, number.n);
}

static void put_value(struct bencode_writer *w, const struct krpc *m)
{
    if (!m->value.at)
        return;
    bencode_put_text(w, "v");
    bencode_put_encoded(w, m->value.at, m->value.len);
}

static void put_values(struct bencode_writer *w, const struct krpc *m)
{
    if (!m->value_count)
        return;
    bencode_put_text(w, "values");
    bencode_begin_list(w);
    for (size_t i = 0; i < m->value_count; i++)
        bencode_put_string(w, m->values[i].at, m->values[i].len);
    bencode_end(w);
}

static void put_want(struct bencode_writer *w, const struct krpc *m)
{
    if (!m->want)
        return;
    bencode_put_text(w, "want");
    bencode_begin_list(w);
    if (m->want & KRPC_N4)
        bencode_put_text(w, "n4");
    if (m->want & KRPC_N6)
        bencode_put_text(w, "n6");
    bencode_end(w);
}

static void put_padding(struct bencode_writer *w, const struct krpc *m)
{
    static const uint8_t nothing[KRPC_BYTES_MAX];
    if (m->padding)
        put_bytes(w, "pad", (struct krpc_bytes){nothing, m->padding});
}

/* Keys ascend, here and below. */
static void put_arguments(struct bencode_writer *w, const struct krpc *m)
{
    bool is_peers = strcmp(krpc_target_name(m->method), "info_hash") == 0;
    bencode_put_text(w, "a");
    bencode_begin_dict(w);
    put_number(w, "cas", m->cas);
    put_bytes(w, "id", m->id);
    put_number(w, "implied_port", m->implied_port);
    if (is_peers)
        put_bytes(w, "info_hash", m->target);
    put_bytes(w, "k", m->key);
    put_padding(w, m);
    put_number(w, "port", m->port);
    put_bytes(w, "salt", m->salt);
    put_number(w, "seq", m->seq);
    put_bytes(w, "sig", m->signature);
    if (!is_peers)
        put_bytes(w, "target", m->target);
    put_bytes(w, "token", m->token);
    put_value(w, m);
    put_want(w, m);
    bencode_end(w);
}

static void put_reply(struct bencode_writer *w, const struct krpc *m)
{
    bencode_put_text(w, "r");
    bencode_begin_dict(w);
    put_bytes(w, "id", m->id);
    put_number(w, "interval", m->interval);
    put_bytes(w, "k", m->key);
    put_bytes(w, "nodes", m->nodes);
    put_bytes(w, "nodes6", m->nodes6);
    put_number(w, "num", m->num);
    put_bytes(w, "samples", m->samples);
    put_number(w, "seq", m->seq);
    put_bytes(w, "sig", m->signature);
    put_bytes(w, "token", m->token);
    put_value(w, m);
    put_values(w, m);
    bencode_end(w);
}

static void put_error(struct bencode_writer *w, const struct krpc *m)
{
    bencode_put_text(w, "e");
    bencode_begin_list(w);
    if (m->code.there)
        bencode_put_integer(w, m->code.n);
    if (m->code.there && m->words.at)
        bencode_put_string(w, m->words.at, m->words.len);
    bencode_end(w);
}

int krpc_write(const struct krpc *m, struct buf *out)
{
    static const char *const kinds[] = {"q", "r", "e"};
    struct bencode_writer w = {.out = out};
    bencode_begin_dict(&w);
    if (m->kind == KRPC_QUERY)
        put_arguments(&w, m);
    if (m->kind == KRPC_ERROR)
        put_error(&w, m);
    put_bytes(&w, "ip", m->ip);
    if (m->kind == KRPC_QUERY) {
        bencode_put_text(&w, "q");
        bencode_put_text(&w, m->method < KRPC_OTHER ? krpc_names[m->method] : "?");
    }
    if (m->kind == KRPC_REPLY)
        put_reply(&w, m);
    if (m->read_only)
        put_number(&w, "ro", (struct krpc_number){true, 1});
    put_bytes(&w, "t", m->transaction);
    put_bytes(&w, "v", m->version);
    bencode_put_text(&w, "y");
    bencode_put_text(&w, kinds[m->kind]);
    bencode_end(&w);
    return w.failed ? -1 : 0;
}
