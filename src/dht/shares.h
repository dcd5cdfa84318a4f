/* How much of a store came from each network, of three sizes: /24, /16 and /8 of IPv4; /64, /48 and
 * /32 of IPv6. A store that is full gives up what is of the networks that have most of it, so an
 * owner of many networks that are near each other pushes out little but his own. */
#ifndef DHT_SHARES_H
#define DHT_SHARES_H

#include "base/idhash.h"
#include "lookup/contact.h"

enum {
    DHT_SHARES_WIDTHS = 3,
    DHT_SHARES_PLACES = 1 << 14 /* for counts of one width: two networks may share one */
};

struct dht_shares {
    struct idhash hash;
    uint32_t counts[DHT_SHARES_WIDTHS][DHT_SHARES_PLACES];
};

/* The networks of an address: their places in the counts, the narrowest first. */
struct dht_origin {
    uint16_t places[DHT_SHARES_WIDTHS];
};

void dht_shares_init(struct dht_shares *s, uint64_t seed);

/* Those of a host of 4 or 16 bytes; and of something with this id whose sender is not known, which
 * counts as a network of its own. */
struct dht_origin dht_origin_of(const struct dht_shares *s, const uint8_t *host, uint8_t host_len);
struct dht_origin dht_origin_unknown(const struct dht_shares *s, const struct node_id *id);

void dht_shares_add(struct dht_shares *s, const struct dht_origin *o);
void dht_shares_remove(struct dht_shares *s, const struct dht_origin *o);

/* How much the narrowest has. */
uint32_t dht_shares_narrow(const struct dht_shares *s, const struct dht_origin *o);

/* How much all three have, for comparison: what a network has counts 16 times as much as what the
 * one around it has. */
uint64_t dht_shares_weight(const struct dht_shares *s, const struct dht_origin *o);

#endif
