/* The items that were put (BEP 44), each for ITEM_LIFE after it was last put. Bounded: in all, and
 * for each network (a /24 of IPv4, a /64 of IPv6) that puts them, unless that is a local one. A
 * network at its bound gives up the item farthest from our ids; a store that is full, the farthest
 * of the networks that have most (dht/shares.h). An item that several networks put counts for the
 * one that has least, of the two that had least when they put it. It reads no clock. */
#ifndef DHT_ITEM_STORE_H
#define DHT_ITEM_STORE_H

#include "base/idmap.h"
#include "dht/item.h"
#include "dht/shares.h"

enum {
    DHT_ITEMS_MAX = 8192,
    DHT_NETWORK_ITEMS_MAX = 512,
    DHT_ITEM_LIFE = 2 * 60 * 60 * 1000 /* ms */
};

struct dht_items {
    struct idmap map;
    const struct node_id *selves;
    struct dht_shares shares;
};

/* selves: our two ids, which may change; they must outlive the store. */
void dht_items_init(struct dht_items *s, const struct node_id selves[2], uint64_t seed);
void dht_items_free(struct dht_items *s);

/* Puts an item that was checked. cas: the seq that the one there must have, if one is there. from:
 * who puts it, or NULL: that is not known, and it counts as put by a network of its own. 0; or
 * KRPC_CAS, or KRPC_SEQ: a newer one is there, or another of the same seq; or -1: no memory. */
int dht_items_put(struct dht_items *s, const struct dht_item *item, struct krpc_number cas,
                  const struct contact *from, int64_t now);

/* NULL: there is none, or its time has come. Valid until the next put or expire. */
const struct dht_item *dht_items_get(const struct dht_items *s, const struct node_id *target,
                                     int64_t now);

size_t dht_items_count(const struct dht_items *s);
void dht_items_expire(struct dht_items *s, int64_t now);

/* Gives `take` every item, with the time at which it was put, until it returns something else than
 * 0. That, or 0. */
typedef int dht_items_take(void *self, const struct dht_item *item, int64_t time);
int dht_items_each(const struct dht_items *s, dht_items_take *take, void *self);

#endif
