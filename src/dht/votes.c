#include "dht/votes.h"

#include <string.h>

static bool same(const struct dht_vote *a, const struct dht_vote *b)
{
    return a->host_len == b->host_len && memcmp(a->host, b->host, a->host_len) == 0;
}

bool dht_votes_add(struct dht_votes *v, const struct contact *voter, const struct contact *said)
{
    const uint8_t *h = voter->host;
    unsigned network = voter->host_len == 4 ? h[0] : h[0] ^ h[1] ^ h[2] ^ h[3];
    struct dht_vote vote = {.host_len = said->host_len}, *place = &v->by_network[network];
    memcpy(vote.host, said->host, sizeof vote.host);
    if (said->host_len != voter->host_len || same(place, &vote))
        return false;
    *place = vote;
    return true;
}

static int count(const struct dht_votes *v, const struct dht_vote *x)
{
    int n = 0;
    for (int i = 0; i < VOTES_NETWORKS; i++)
        n += same(&v->by_network[i], x);
    return n;
}

bool dht_votes_result(const struct dht_votes *v, uint8_t host_len, uint8_t host[16])
{
    int all = 0, most = 0;
    for (int i = 0; i < VOTES_NETWORKS; i++) {
        const struct dht_vote *vote = &v->by_network[i];
        if (vote->host_len != host_len)
            continue;
        all++;
        int n = count(v, vote);
        if (n > most) {
            most = n;
            memcpy(host, vote->host, sizeof vote->host);
        }
    }
    return most >= VOTES_NEEDED && 2 * most >= all;
}
