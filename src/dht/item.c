#include "dht/item.h"

#include "bencode/reader.h"
#include "hash/sha1.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SIGNED_MAX = ITEM_VALUE_MAX + ITEM_SALT_MAX + 64 };

struct node_id dht_item_place(const uint8_t key[32], const void *salt, size_t salt_len)
{
    uint8_t text[32 + ITEM_SALT_MAX];
    struct node_id id;
    memcpy(text, key, 32);
    if (salt_len)
        memcpy(text + 32, salt, salt_len);
    sha1(text, 32 + salt_len, id.bytes);
    return id;
}

/* What is signed (BEP 44, "Signature Verification"). Gives its length. */
static size_t signed_text(const struct dht_item *item, uint8_t out[SIGNED_MAX])
{
    size_t n = 0;
    if (item->salt_len) {
        n = (size_t)snprintf((char *)out, SIGNED_MAX, "4:salt%zu:", item->salt_len);
        memcpy(out + n, item->salt, item->salt_len);
        n += item->salt_len;
    }
    n += (size_t)snprintf((char *)out + n, SIGNED_MAX - n, "3:seqi%" PRId64 "e1:v", item->seq);
    memcpy(out + n, item->value, item->value_len);
    return n + item->value_len;
}

/* Whether these are one bencoded value in its one form: whoever hashes it again must get the same
 * hash. */
static bool is_canonical(struct krpc_bytes value)
{
    struct bencode_reader r;
    struct bencode_item part;
    struct fault f;
    int got;
    bencode_read(&r, value.at, value.len, true);
    while ((got = bencode_next(&r, &part, &f)) > 0)
        ;
    return got == 0;
}

static int read_value(struct krpc_bytes value, struct dht_item *item, const char **why)
{
    *why = "message (v field) too big.";
    if (value.len > ITEM_VALUE_MAX)
        return KRPC_TOO_LONG;
    *why = "invalid v";
    if (!value.at || !is_canonical(value))
        return KRPC_PROTOCOL;
    memcpy(item->value, value.at, value.len);
    item->value_len = value.len;
    return 0;
}

static int read_mutable(const struct krpc *m, struct dht_item *item, const char **why)
{
    *why = "invalid k, seq or sig";
    if (!m->key.at || !m->signature.at || !m->seq.there || m->seq.n < 0)
        return KRPC_PROTOCOL;
    *why = "salt (salt field) too big.";
    if (m->salt.len > ITEM_SALT_MAX)
        return KRPC_SALT;
    item->is_mutable = true;
    memcpy(item->key, m->key.at, 32);
    memcpy(item->signature, m->signature.at, 64);
    item->salt_len = m->salt.len;
    if (m->salt.len)
        memcpy(item->salt, m->salt.at, m->salt.len);
    item->seq = m->seq.n;
    item->target = dht_item_place(item->key, item->salt, item->salt_len);
    return 0;
}

int dht_item_read_unsigned(const struct krpc *m, struct dht_item *item, const char **why)
{
    memset(item, 0, sizeof *item);
    int wrong = read_value(m->value, item, why);
    if (wrong)
        return wrong;
    if (m->key.at || m->signature.at)
        return read_mutable(m, item, why);
    sha1(item->value, item->value_len, item->target.bytes);
    return 0;
}

int dht_item_check(const struct dht_item *item, const char **why)
{
    uint8_t text[SIGNED_MAX];
    *why = "invalid signature";
    return !item->is_mutable ||
                   ed25519_verify(item->key, item->signature, text, signed_text(item, text))
               ? 0
               : KRPC_SIGNATURE;
}

int dht_item_read(const struct krpc *m, struct dht_item *item, const char **why)
{
    int wrong = dht_item_read_unsigned(m, item, why);
    return wrong ? wrong : dht_item_check(item, why);
}

int dht_item_make(struct krpc_bytes value, struct dht_item *item, struct fault *f)
{
    const char *why;
    struct krpc m = {.value = value};
    return dht_item_read(&m, item, &why) ? fault_rule(f, "item: %s", why) : 0;
}

int dht_item_sign(struct krpc_bytes value, struct krpc_bytes salt, int64_t seq,
                  const struct secret_key *k, struct dht_item *item, struct fault *f)
{
    uint8_t text[SIGNED_MAX];
    if (dht_item_make(value, item, f))
        return -1;
    if (salt.len > ITEM_SALT_MAX)
        return fault_rule(f, "item: a salt of more than %d bytes", ITEM_SALT_MAX);
    item->is_mutable = true;
    item->seq = seq;
    memcpy(item->key, k->public, 32);
    item->salt_len = salt.len;
    if (salt.len)
        memcpy(item->salt, salt.at, salt.len);
    item->target = dht_item_place(item->key, item->salt, item->salt_len);
    return secret_key_sign(k, text, signed_text(item, text), item->signature, f);
}

void dht_item_write(const struct dht_item *item, struct krpc *m)
{
    m->value = (struct krpc_bytes){item->value, item->value_len};
    if (!item->is_mutable)
        return;
    m->key = (struct krpc_bytes){item->key, sizeof item->key};
    m->signature = (struct krpc_bytes){item->signature, sizeof item->signature};
    m->seq = (struct krpc_number){true, item->seq};
    if (m->kind == KRPC_QUERY && item->salt_len)
        m->salt = (struct krpc_bytes){item->salt, item->salt_len};
}
