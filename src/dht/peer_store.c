#include "dht/peer_store.h"

#include "base/array.h"
#include "dht/peer_worst.h"

#include <stdlib.h>

enum {
    MINUTE = 60000,
    DRAWN = 8,   /* keys, of which one is given up */
    JUDGED = 16, /* peers of a key, by which it is judged */
    BATCH = 256
};

struct key_peers {
    uint8_t key[IDMAP_ID_LEN]; /* the key's 20 bytes, then zeros */
    struct dht_peer *list;     /* in the order of compare_peers */
    size_t count, cap;
};

static void padded(const struct node_id *key, uint8_t out[IDMAP_ID_LEN])
{
    memset(out, 0, IDMAP_ID_LEN);
    memcpy(out, key->bytes, NODE_ID_LEN);
}

void dht_peers_init(struct dht_peers *p, uint64_t seed)
{
    p->chance = seed;
    p->count = 0;
    dht_shares_init(&p->shares, seed);
    idmap_init(&p->keys, sizeof(struct key_peers), DHT_KEYS_MAX, seed);
}

void dht_peers_free(struct dht_peers *p)
{
    size_t place = 0;
    for (struct key_peers *k; (k = idmap_each(&p->keys, &place));)
        free(k->list);
    idmap_free(&p->keys);
}

/* --- Removing --------------------------------------------------------------------------------- */

static bool is_old(const struct dht_peer *peer, int64_t now)
{
    return now / MINUTE - peer->minute >= DHT_PEER_LIFE / MINUTE;
}

/* Counts the peer no longer; its place is the caller's. */
static void forget_peer(struct dht_peers *p, const struct dht_peer *x)
{
    const struct dht_origin o = dht_origin_of(&p->shares, x->host, x->host_len);
    dht_shares_remove(&p->shares, &o);
    p->count--;
}

static void remove_peer(struct dht_peers *p, struct key_peers *k, size_t i)
{
    forget_peer(p, &k->list[i]);
    k->count--;
    memmove(&k->list[i], &k->list[i + 1], (k->count - i) * sizeof *k->list);
}

static void remove_key(struct dht_peers *p, struct key_peers *k)
{
    for (size_t i = 0; i < k->count; i++)
        forget_peer(p, &k->list[i]);
    free(k->list);
    idmap_remove(&p->keys, k);
}

static void expire_key(struct dht_peers *p, struct key_peers *k, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < k->count; i++)
        if (is_old(&k->list[i], now))
            forget_peer(p, &k->list[i]);
        else
            k->list[kept++] = k->list[i];
    k->count = kept;
}

/* Expires each key's peers, and notes up to BATCH keys that have none left. Gives their number. */
static size_t expire_all(struct dht_peers *p, int64_t now, uint8_t empty[BATCH][IDMAP_ID_LEN])
{
    size_t place = 0, count = 0;
    for (struct key_peers *k; count < BATCH && (k = idmap_each(&p->keys, &place));) {
        expire_key(p, k, now);
        if (k->count == 0)
            memcpy(empty[count++], k->key, IDMAP_ID_LEN);
    }
    return count;
}

void dht_peers_expire(struct dht_peers *p, int64_t now)
{
    uint8_t empty[BATCH][IDMAP_ID_LEN];
    size_t count = BATCH;
    while (count == BATCH) {
        count = expire_all(p, now, empty);
        for (size_t i = 0; i < count; i++)
            remove_key(p, idmap_find(&p->keys, empty[i]));
    }
}

/* How much the networks of its peers have; of the one that has least, since that one would be hurt
 * most. 0: it has no peers. */
static uint64_t weight_of(const struct dht_peers *p, const struct key_peers *k)
{
    uint64_t least = 0;
    const size_t judged = k->count < JUDGED ? k->count : JUDGED;
    for (size_t i = 0; i < judged; i++) {
        const struct dht_peer *x = &k->list[i * k->count / judged];
        const struct dht_origin o = dht_origin_of(&p->shares, x->host, x->host_len);
        const uint64_t weight = dht_shares_weight(&p->shares, &o);
        if (i == 0 || weight < least)
            least = weight;
    }
    return least;
}

/* Draws a few keys, but not `except`, and removes the one that weighs most; of equals, the one with
 * the fewest peers. There is a key. */
static void make_space(struct dht_peers *p, const uint8_t except[IDMAP_ID_LEN])
{
    struct key_peers *victim = NULL;
    uint64_t most = 0;
    for (int drawn = 0; drawn < DRAWN; drawn++) {
        struct key_peers *k = idmap_any(&p->keys, &p->chance);
        const uint64_t weight = weight_of(p, k);
        if (memcmp(k->key, except, IDMAP_ID_LEN) == 0 ||
            (victim && (weight < most || (weight == most && k->count >= victim->count))))
            continue;
        victim = k;
        most = weight;
    }
    if (victim)
        remove_key(p, victim);
}

/* --- Adding ----------------------------------------------------------------------------------- */

/* The key, with space for one peer more. NULL: no memory. */
static struct key_peers *key_with_space(struct dht_peers *p, const uint8_t id[IDMAP_ID_LEN])
{
    struct key_peers *k = idmap_find(&p->keys, id);
    if (p->count >= DHT_PEERS_MAX || (!k && p->keys.count >= DHT_KEYS_MAX)) {
        make_space(p, id);
        k = idmap_find(&p->keys, id);
    }
    k = k ? k : idmap_add(&p->keys, id);
    return k && ARRAY_RESERVE(k->list, k->cap, k->count + 1) == 0 ? k : NULL;
}

static int compare_peers(const struct dht_peer *a, const struct dht_peer *b)
{
    const int lens = a->host_len - b->host_len;
    const int hosts = lens ? lens : memcmp(a->host, b->host, sizeof a->host);
    return hosts ? hosts : a->port - b->port;
}

/* Whether both are of one person: one address of IPv4, one /64 of IPv6. */
static bool same_host(const struct dht_peer *a, const struct dht_peer *b)
{
    return a->host_len == b->host_len && memcmp(a->host, b->host, a->host_len == 4 ? 4 : 8) == 0;
}

/* The first place whose peer is not before this one. k: NULL if the key is not there. */
static size_t place_of(const struct key_peers *k, const struct dht_peer *x)
{
    size_t low = 0, high = k ? k->count : 0;
    if (high && compare_peers(&k->list[high - 1], x) < 0)
        return high; /* from a file, they come in order */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_peers(&k->list[middle], x) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whom a new peer, which would come at this place, pushes out: of its own host, if that has as many
 * as it may, or of a key that is full; k->count: nobody. */
static size_t victim_of(struct dht_peers *p, const struct key_peers *k, const struct dht_peer *x,
                        size_t at)
{
    size_t first = at, end = at;
    while (first > 0 && same_host(&k->list[first - 1], x))
        first--;
    while (end < k->count && same_host(&k->list[end], x))
        end++;
    if (end - first >= DHT_HOST_PEERS_MAX) {
        size_t oldest = first;
        for (size_t i = first; i < end; i++)
            if (k->list[i].minute < k->list[oldest].minute)
                oldest = i;
        return oldest;
    }
    return k->count < DHT_KEY_PEERS_MAX
               ? k->count
               : dht_peers_worst(k->list, k->count, (size_t)chance_below(&p->chance, k->count));
}

static void insert(struct dht_peers *p, struct key_peers *k, size_t at, const struct dht_peer *x)
{
    const struct dht_origin o = dht_origin_of(&p->shares, x->host, x->host_len);
    memmove(&k->list[at + 1], &k->list[at], (k->count - at) * sizeof *k->list);
    k->list[at] = *x;
    k->count++;
    p->count++;
    dht_shares_add(&p->shares, &o);
}

int dht_peers_add(struct dht_peers *p, const struct node_id *key, const struct contact *peer,
                  int64_t now)
{
    uint8_t id[IDMAP_ID_LEN];
    struct dht_peer x = {
        .host_len = peer->host_len, .port = peer->port, .minute = (uint32_t)(now / MINUTE)};
    padded(key, id);
    memcpy(x.host, peer->host, sizeof x.host);
    struct key_peers *k = idmap_find(&p->keys, id);
    size_t at = place_of(k, &x);
    if (k && at < k->count && compare_peers(&k->list[at], &x) == 0) {
        k->list[at].minute = x.minute;
        return 0;
    }
    const size_t victim = k ? victim_of(p, k, &x, at) : 0;
    if (k && victim < k->count) {
        remove_peer(p, k, victim);
        at -= victim < at;
    } else {
        k = key_with_space(p, id);
    }
    if (!k)
        return -1;
    insert(p, k, at, &x);
    return 1;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static struct contact contact_of(const struct dht_peer *x)
{
    struct contact c = {.host_len = x->host_len, .port = x->port};
    memcpy(c.host, x->host, sizeof c.host);
    return c;
}

size_t dht_peers_get(struct dht_peers *p, const struct node_id *key, uint8_t host_len, int64_t now,
                     struct contact *out, size_t max)
{
    uint8_t id[IDMAP_ID_LEN];
    padded(key, id);
    const struct key_peers *k = idmap_find(&p->keys, id);
    size_t seen = 0, count = 0;
    /* each has the same chance to be among them (Vitter, "Random Sampling with a Reservoir", 1985)
     */
    for (size_t i = 0; k && i < k->count; i++) {
        if (k->list[i].host_len != host_len || is_old(&k->list[i], now))
            continue;
        size_t at = seen++ < max ? count++ : (size_t)chance_below(&p->chance, seen);
        if (at < max)
            out[at] = contact_of(&k->list[i]);
    }
    return count;
}

size_t dht_peers_sample(const struct dht_peers *p, uint64_t turn, struct node_id *out, size_t max)
{
    size_t count = 0, all = p->keys.count < max ? p->keys.count : max;
    size_t place = all ? (size_t)chance_below(&turn, p->keys.count) : 0;
    while (count < all) {
        const struct key_peers *k = idmap_each(&p->keys, &place);
        if (k)
            memcpy(out[count++].bytes, k->key, NODE_ID_LEN);
        else
            place = 0;
    }
    return count;
}

size_t dht_peers_keys(const struct dht_peers *p)
{
    return p->keys.count;
}

int dht_peers_each(const struct dht_peers *p, dht_peers_take *take, void *self)
{
    size_t place = 0;
    int result = 0;
    for (const struct key_peers *k; !result && (k = idmap_each(&p->keys, &place));) {
        struct node_id key;
        memcpy(key.bytes, k->key, NODE_ID_LEN);
        for (size_t i = 0; i < k->count && !result; i++) {
            struct contact c = contact_of(&k->list[i]);
            result = take(self, &key, &c, (int64_t)k->list[i].minute * MINUTE);
        }
    }
    return result;
}
