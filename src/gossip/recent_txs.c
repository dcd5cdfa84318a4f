#include "gossip/recent_txs.h"

#include <string.h>

struct place {
    uint8_t key[ID_LEN]; /* the first bytes of an id, padded with zeros */
    size_t at, len;
};

static void make_key(uint8_t key[ID_LEN], const uint8_t *id)
{
    memset(key, 0, ID_LEN);
    memcpy(key, id, WIRE_SHORT_LEN);
}

void recent_txs_init(struct recent_txs *r, uint64_t seed)
{
    *r = (struct recent_txs){0};
    idmap_init(&r->young.places, sizeof(struct place), RECENT_TXS_MAX, seed);
    idmap_init(&r->old.places, sizeof(struct place), RECENT_TXS_MAX, seed);
}

void recent_txs_free(struct recent_txs *r)
{
    idmap_free(&r->young.places);
    idmap_free(&r->old.places);
    buf_free(&r->young.lines);
    buf_free(&r->old.lines);
}

static void turn(struct recent_txs *r)
{
    struct recent_txs_half old = r->old;
    r->old = r->young;
    r->young = old;
    r->young.lines.len = 0;
    idmap_clear(&r->young.places);
}

static struct field find_in(const struct recent_txs_half *half, const uint8_t key[ID_LEN])
{
    const struct place *p = idmap_find(&half->places, key);
    return p ? (struct field){half->lines.data + p->at, p->len} : (struct field){NULL, 0};
}

struct field recent_txs_find(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN])
{
    uint8_t key[ID_LEN];
    make_key(key, id);
    struct field found = find_in(&r->young, key);
    return found.text ? found : find_in(&r->old, key);
}

void recent_txs_prefetch(const struct recent_txs *r, const uint8_t id[WIRE_SHORT_LEN])
{
    uint8_t key[ID_LEN];
    make_key(key, id);
    idmap_prefetch(&r->young.places, key);
}

void recent_txs_add(struct recent_txs *r, const uint8_t id[ID_LEN], const char *line, size_t len)
{
    uint8_t key[ID_LEN];
    make_key(key, id);
    if (find_in(&r->young, key).text)
        return;
    if (r->young.lines.len + len > RECENT_TXS_BYTES || r->young.places.count == RECENT_TXS_MAX)
        turn(r);
    struct place *p = idmap_add(&r->young.places, key);
    if (!p)
        return;
    p->at = r->young.lines.len;
    p->len = len;
    if (buf_add(&r->young.lines, line, len))
        idmap_remove(&r->young.places, p);
}
