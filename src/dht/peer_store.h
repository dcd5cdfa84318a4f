/* The peers that were announced for keys (BEP 5, "announce_peer"), each for DHT_PEER_LIFE. Bounded:
 * a key that is full gives up a peer of the networks that have most of it; a store that is full
 * gives up, of a few keys drawn at random, the one whose peers are of the networks that have most
 * of the store (dht/shares.h). So who floods it pushes out mostly what he put there. It reads no
 * clock. */
#ifndef DHT_PEER_STORE_H
#define DHT_PEER_STORE_H

#include "base/idmap.h"
#include "dht/shares.h"

enum {
    DHT_KEYS_MAX = 1 << 16,
    DHT_PEERS_MAX = 1 << 20,       /* in all */
    DHT_KEY_PEERS_MAX = 2048,      /* of one key */
    DHT_HOST_PEERS_MAX = 32,       /* of one key, with one address; of IPv6, one /64 */
    DHT_PEER_LIFE = 45 * 60 * 1000 /* ms */
};

struct dht_peer {
    uint8_t host[16];
    uint8_t host_len;
    uint16_t port;
    uint32_t minute; /* of its announcement, by the caller's clock */
};

struct dht_peers {
    struct idmap keys;
    struct dht_shares shares;
    uint64_t chance;
    size_t count;
};

void dht_peers_init(struct dht_peers *p, uint64_t seed);
void dht_peers_free(struct dht_peers *p);

/* Adds a peer, or renews it. now: in ms. 1: it is new; 0: it is renewed; -1: no memory. */
int dht_peers_add(struct dht_peers *p, const struct node_id *key, const struct contact *peer,
                  int64_t now);

/* Up to `max` of a key's peers with addresses of so many bytes, drawn at random, and their number.
 */
size_t dht_peers_get(struct dht_peers *p, const struct node_id *key, uint8_t host_len, int64_t now,
                     struct contact *out, size_t max);

/* Up to `max` keys, and their number: another selection for another `turn` (BEP 51). */
size_t dht_peers_sample(const struct dht_peers *p, uint64_t turn, struct node_id *out, size_t max);

size_t dht_peers_keys(const struct dht_peers *p);

/* Removes those whose time has come. */
void dht_peers_expire(struct dht_peers *p, int64_t now);

/* Gives `take` every peer, with the time of its announcement, until it returns something else than
 * 0. That, or 0. */
typedef int dht_peers_take(void *self, const struct node_id *key, const struct contact *peer,
                           int64_t time);
int dht_peers_each(const struct dht_peers *p, dht_peers_take *take, void *self);

#endif
