#include "dht/shares.h"

#include <string.h>

/* Bytes of an address that name its network. */
static const uint8_t widths[2][DHT_SHARES_WIDTHS] = {{3, 2, 1}, {8, 6, 4}};

void dht_shares_init(struct dht_shares *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->hash = idhash_seeded(seed);
}

/* kind: what the first n bytes are of, so that different kinds have different places. */
static uint16_t place_of(const struct dht_shares *s, const uint8_t *bytes, size_t n, uint8_t kind)
{
    uint8_t id[32] = {0};
    memcpy(id, bytes, n);
    id[31] = kind;
    return (uint16_t)(idhash(&s->hash, id) >> 32 & (DHT_SHARES_PLACES - 1));
}

struct dht_origin dht_origin_of(const struct dht_shares *s, const uint8_t *host, uint8_t host_len)
{
    struct dht_origin o;
    for (int i = 0; i < DHT_SHARES_WIDTHS; i++)
        o.places[i] = place_of(s, host, widths[host_len == 16][i], host_len);
    return o;
}

struct dht_origin dht_origin_unknown(const struct dht_shares *s, const struct node_id *id)
{
    struct dht_origin o;
    for (int i = 0; i < DHT_SHARES_WIDTHS; i++)
        o.places[i] = place_of(s, id->bytes, NODE_ID_LEN, 0);
    return o;
}

void dht_shares_add(struct dht_shares *s, const struct dht_origin *o)
{
    for (int i = 0; i < DHT_SHARES_WIDTHS; i++)
        s->counts[i][o->places[i]]++;
}

void dht_shares_remove(struct dht_shares *s, const struct dht_origin *o)
{
    for (int i = 0; i < DHT_SHARES_WIDTHS; i++)
        s->counts[i][o->places[i]]--;
}

uint32_t dht_shares_narrow(const struct dht_shares *s, const struct dht_origin *o)
{
    return s->counts[0][o->places[0]];
}

uint64_t dht_shares_weight(const struct dht_shares *s, const struct dht_origin *o)
{
    uint64_t weight = 0;
    for (int i = 0; i < DHT_SHARES_WIDTHS; i++)
        weight = 16 * weight + s->counts[i][o->places[i]];
    return weight;
}
