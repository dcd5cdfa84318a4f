#include "dht/source.h"

#include <stdlib.h>
#include <string.h>

enum { BURST_SECONDS = 15, TICKS = 1000 /* in a ms: of the buckets of queries */ };

int dht_sources_init(struct dht_sources *s, int64_t queries, uint64_t seed)
{
    s->hash = idhash_seeded(seed);
    s->rate = (struct rate){.burst = BURST_SECONDS * queries,
                            .every = queries > 0 ? (1000 * TICKS + queries - 1) / queries : 0};
    s->list = calloc(SOURCES_MAX, sizeof *s->list);
    return s->list ? 0 : -1;
}

void dht_sources_free(struct dht_sources *s)
{
    free(s->list);
    s->list = NULL;
}

static bool is_loopback(const struct contact *c)
{
    static const uint8_t six[16] = {[15] = 1};
    return c->host_len == 4 ? c->host[0] == 127 : memcmp(c->host, six, 16) == 0;
}

/* The address's own, new if it was not there. Of IPv6 a person has a whole /64. */
static struct dht_source *source_of(struct dht_sources *s, const struct contact *c, int64_t now)
{
    uint8_t id[32] = {0};
    memcpy(id, c->host, c->host_len == 4 ? 4 : is_loopback(c) ? 16 : 8);
    if (is_loopback(c))
        memcpy(id + 16, &c->port, sizeof c->port);
    id[31] = c->host_len;
    uint64_t hash = idhash(&s->hash, id) | 1;
    struct dht_source *source = &s->list[hash >> 32 & (SOURCES_MAX - 1)];
    if (source->hash != hash) {
        *source = (struct dht_source){.hash = hash, .proved = INT64_MIN};
        bucket_init(&source->bucket, &s->rate, now * TICKS);
    }
    return source;
}

bool dht_source_may(struct dht_sources *s, const struct contact *c, int64_t now)
{
    return s->rate.every == 0 || bucket_take(&source_of(s, c, now)->bucket, &s->rate, now * TICKS);
}

void dht_source_prove(struct dht_sources *s, const struct contact *c, int64_t now)
{
    source_of(s, c, now)->proved = now + SOURCE_PROOF;
}

bool dht_source_proved(struct dht_sources *s, const struct contact *c, int64_t now)
{
    return now < source_of(s, c, now)->proved;
}
