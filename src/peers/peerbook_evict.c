/* Which record leaves a full book (peers(5)). */
#include "peers/peerbook_parts.h"

#include <string.h>
#include <uthash.h>

static unsigned buckets(const struct peerbook *b)
{
    size_t n = b->limit / PEERBOOK_BUCKET_MIN;
    return n < 1 ? 1 : n > PEERBOOK_BUCKETS ? PEERBOOK_BUCKETS : (unsigned)n;
}

/* Puts a record into its bucket, unless it has answered. */
static void join_bucket(struct peerbook *b, struct kept *x)
{
    struct tried_name n = {0};
    if (x->good || x->bucket >= 0)
        return;
    memcpy(n.key, x->who.key, ID_LEN);
    memcpy(n.address, x->place.address, sizeof n.address);
    x->bucket = (int)tried_bucket(b->secret, 'n', x->group->network, &n, buckets(b),
                                  PEERBOOK_REACH);
    b->in_bucket[x->bucket]++;
}

/* Most books never need buckets, nor a secret. 0, or -1 and trouble. */
static int make_buckets(struct peerbook *b, struct fault *f)
{
    if (!b->has_secret && tried_secret(b->path, b->secret, f))
        return -1;
    b->has_secret = true;
    for (struct kept *x = b->list; x; x = x->hh.next)
        join_bucket(b, x);
    b->bucketed = true;
    return 0;
}

/* How well a record deserves to be evicted: compared field by field. */
struct merit {
    bool failed;
    size_t group;   /* records of its network in the book */
    bool newcomers; /* it is of the newest record's network */
    int64_t age;
};

static bool deserves_more(const struct merit *a, const struct merit *b)
{
    if (a->failed != b->failed)
        return a->failed;
    if (a->group != b->group)
        return a->group > b->group;
    return a->newcomers != b->newcomers ? a->newcomers : a->age >= b->age;
}

/* The record to evict from a bucket (-1: from the whole book); newest is its last. */
static struct kept *choose_victim(const struct peerbook *b, const struct kept *newest, int bucket)
{
    struct kept *victim = NULL;
    struct merit most = {0};
    for (struct kept *x = b->list; x; x = x->hh.next) {
        if (x->good || (bucket >= 0 && x->bucket != bucket))
            continue;
        struct merit m = {x->failures > 0, x->group->count, x->group == newest->group, -x->time};
        if (victim && !deserves_more(&m, &most))
            continue;
        victim = x;
        most = m;
    }
    return victim;
}

int peerbook_victim(struct peerbook *b, struct kept *newest, struct kept **victim, struct fault *f)
{
    bool full = HASH_COUNT(b->list) > b->limit;
    size_t bucket_size = (b->limit + buckets(b) - 1) / buckets(b);
    *victim = NULL;
    if (buckets(b) > 1 && newest->group->count > PEERBOOK_BUCKET_MIN && !newest->good) {
        if (b->bucketed)
            join_bucket(b, newest);
        else if (make_buckets(b, f))
            return -1;
        if (b->in_bucket[newest->bucket] > bucket_size)
            *victim = choose_victim(b, newest, newest->bucket);
    } else if (b->bucketed) {
        join_bucket(b, newest);
    }
    if (full && !*victim)
        *victim = choose_victim(b, newest, -1);
    return 0;
}
