/* What a node remembers of the addresses that send to it: how fast each may ask, and whether it has
 * proved that it receives what is sent to it. */
#ifndef DHT_SOURCE_H
#define DHT_SOURCE_H

#include "base/bucket.h"
#include "base/idhash.h"
#include "lookup/contact.h"

enum {
    SOURCES_MAX = 8192,       /* addresses; one more takes the place of another */
    SOURCE_PROOF = 30 * 60000 /* ms for which a proof is good */
};

struct dht_source {
    uint64_t hash; /* of the address; 0: free */
    struct bucket bucket;
    int64_t proved; /* until when */
};

struct dht_sources {
    struct idhash hash;
    struct rate rate; /* of queries; every 0: no limit */
    struct dht_source *list;
};

/* queries: a second, from one address, at most 1,000,000; 0: any number. A quarter of a minute's
 * worth may come at once. 0, or -1: no memory. */
int dht_sources_init(struct dht_sources *s, int64_t queries, uint64_t seed);
void dht_sources_free(struct dht_sources *s);

/* Whether a query may come from this address now. An address is a host without its port; on
 * loopback, with it, since there all hosts are one. */
bool dht_source_may(struct dht_sources *s, const struct contact *c, int64_t now);

/* It has answered what was sent to it; whether it has. */
void dht_source_prove(struct dht_sources *s, const struct contact *c, int64_t now);
bool dht_source_proved(struct dht_sources *s, const struct contact *c, int64_t now);

#endif
