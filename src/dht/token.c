#include "dht/token.h"

#include "hash/sha256.h"

#include <string.h>

static struct dht_token of_period(const uint8_t secret[32], const struct contact *c,
                                  const struct node_id *key, int64_t period)
{
    uint8_t hash[SHA256_LEN];
    struct dht_token token;
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, secret, 32);
    sha256_update(&h, &period, sizeof period);
    sha256_update(&h, c->host, sizeof c->host);
    sha256_update(&h, key->bytes, NODE_ID_LEN);
    sha256_final(&h, hash);
    memcpy(token.bytes, hash, DHT_TOKEN_LEN);
    return token;
}

struct dht_token dht_token_make(const uint8_t secret[32], const struct contact *to,
                                const struct node_id *key, int64_t now)
{
    return of_period(secret, to, key, now / DHT_TOKEN_PERIOD);
}

bool dht_token_good(const uint8_t secret[32], struct krpc_bytes token, const struct contact *from,
                    const struct node_id *key, int64_t now)
{
    if (token.len != DHT_TOKEN_LEN)
        return false;
    for (int64_t ago = 0; ago <= 1; ago++) {
        struct dht_token good = of_period(secret, from, key, now / DHT_TOKEN_PERIOD - ago);
        if (memcmp(good.bytes, token.at, DHT_TOKEN_LEN) == 0)
            return true;
    }
    return false;
}
