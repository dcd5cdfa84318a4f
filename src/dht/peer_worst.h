/* Which of the peers of one key is to be given up. */
#ifndef DHT_PEER_WORST_H
#define DHT_PEER_WORST_H

#include "dht/peer_store.h"

/* The place of one, among `count`, which is not 0: of 64 that are spread over the list, from
 * `first` on, the oldest of those whose networks have most of these. */
size_t dht_peers_worst(const struct dht_peer *list, size_t count, size_t first);

#endif
