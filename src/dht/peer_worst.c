#include "dht/peer_worst.h"

enum { LOOKED = 64 };

/* How near the networks of two peers are: 256 in the same /24 of IPv4 or /64 of IPv6, 16 in the
 * same /16 or /48, 1 in the same /8 or /32; else 0. */
static unsigned nearness(const struct dht_peer *a, const struct dht_peer *b)
{
    const bool six = a->host_len == 16;
    if (a->host_len != b->host_len || memcmp(a->host, b->host, six ? 4 : 1) != 0)
        return 0;
    if (memcmp(a->host, b->host, six ? 6 : 2) != 0)
        return 1;
    return memcmp(a->host, b->host, six ? 8 : 3) != 0 ? 16 : 256;
}

size_t dht_peers_worst(const struct dht_peer *list, size_t count, size_t first)
{
    size_t worst = 0;
    unsigned most = 0;
    for (size_t i = 0; i < LOOKED; i++) {
        const size_t at = (first + i * count / LOOKED) % count;
        unsigned weight = 0;
        for (size_t j = 0; j < LOOKED; j++)
            weight += nearness(&list[at], &list[(first + j * count / LOOKED) % count]);
        if (weight < most || (weight == most && list[at].minute >= list[worst].minute))
            continue;
        worst = at;
        most = weight;
    }
    return worst;
}
