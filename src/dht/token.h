/* The tokens with which whoever asked for a key shows that it can receive at its address, before it
 * may store something there (BEP 5, "get_peers"). A token is the beginning of the SHA-256 of a
 * secret, the five minutes in which it was given, the address without its port, and the key: a
 * node keeps nothing for each, and a token is good for 5 to 10 minutes, for one key, from one
 * address. */
#ifndef DHT_TOKEN_H
#define DHT_TOKEN_H

#include "dht/krpc.h"

enum { DHT_TOKEN_LEN = 8, DHT_TOKEN_PERIOD = 300000 /* ms */ };

struct dht_token {
    uint8_t bytes[DHT_TOKEN_LEN];
};

struct dht_token dht_token_make(const uint8_t secret[32], const struct contact *to,
                                const struct node_id *key, int64_t now);

bool dht_token_good(const uint8_t secret[32], struct krpc_bytes token, const struct contact *from,
                    const struct node_id *key, int64_t now);

#endif
