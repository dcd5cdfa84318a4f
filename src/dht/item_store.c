#include "dht/item_store.h"

#include <stdlib.h>

enum { BATCH = 256 };

struct stored_item {
    uint8_t target[IDMAP_ID_LEN]; /* its 20 bytes, then zeros */
    struct dht_item *item;
    int64_t time;
    uint16_t network; /* that put it first: its place in dht_items.counts */
};

void dht_items_init(struct dht_items *s, const struct node_id *self, uint64_t seed)
{
    *s = (struct dht_items){.self = self, .hash = idhash_seeded(seed)};
    idmap_init(&s->map, sizeof(struct stored_item), DHT_ITEMS_MAX, seed);
}

void dht_items_free(struct dht_items *s)
{
    size_t place = 0;
    for (struct stored_item *x; (x = idmap_each(&s->map, &place));)
        free(x->item);
    idmap_free(&s->map);
}

static struct stored_item *find(const struct dht_items *s, const struct node_id *target)
{
    uint8_t id[IDMAP_ID_LEN] = {0};
    memcpy(id, target->bytes, NODE_ID_LEN);
    return idmap_find(&s->map, id);
}

static void remove_item(struct dht_items *s, struct stored_item *x)
{
    s->counts[x->network]--;
    free(x->item);
    idmap_remove(&s->map, x);
}

/* Its /24 or /64; for an item that nobody put, a network of its own. */
static uint16_t network_of(const struct dht_items *s, const struct contact *from,
                           const struct node_id *target)
{
    uint8_t id[32] = {0};
    if (from)
        memcpy(id, from->host, from->host_len == 4 ? 3 : 8);
    else
        memcpy(id, target->bytes, NODE_ID_LEN);
    id[31] = from ? from->host_len : 0;
    return (uint16_t)(idhash(&s->hash, id) >> 32 & (DHT_ITEM_NETWORKS - 1));
}

/* Removes the item farthest from us, of those whose networks have at least `least`. */
static void remove_farthest(struct dht_items *s, const uint16_t *network, unsigned least)
{
    struct stored_item *victim = NULL;
    size_t place = 0;
    for (struct stored_item *x; (x = idmap_each(&s->map, &place));)
        if (s->counts[x->network] >= least && (!network || x->network == *network) &&
            (!victim || node_id_compare(s->self, &x->item->target, &victim->item->target) > 0))
            victim = x;
    if (victim)
        remove_item(s, victim);
}

static void make_space(struct dht_items *s, const struct contact *from, uint16_t network)
{
    unsigned most = 0;
    if (from && !contact_is_local(from) && s->counts[network] >= DHT_NETWORK_ITEMS_MAX)
        remove_farthest(s, &network, 0);
    if (s->map.count < DHT_ITEMS_MAX)
        return;
    for (size_t i = 0; i < DHT_ITEM_NETWORKS; i++)
        most = s->counts[i] > most ? s->counts[i] : most;
    remove_farthest(s, NULL, most);
}

static struct stored_item *add(struct dht_items *s, const struct node_id *target,
                               const struct contact *from)
{
    uint8_t id[IDMAP_ID_LEN] = {0};
    const uint16_t network = network_of(s, from, target);
    memcpy(id, target->bytes, NODE_ID_LEN);
    make_space(s, from, network);
    struct stored_item *x = idmap_add(&s->map, id);
    struct dht_item *item = x ? malloc(sizeof *item) : NULL;
    if (x && !item) {
        idmap_remove(&s->map, x);
        return NULL;
    }
    if (x) {
        x->item = item;
        x->network = network;
        s->counts[network]++;
    }
    return x;
}

static bool same_value(const struct dht_item *a, const struct dht_item *b)
{
    return a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0;
}

int dht_items_put(struct dht_items *s, const struct dht_item *item, struct krpc_number cas,
                  const struct contact *from, int64_t now)
{
    struct stored_item *x = find(s, &item->target);
    if (x && now - x->time >= DHT_ITEM_LIFE) {
        remove_item(s, x);
        x = NULL;
    }
    if (x && item->is_mutable && cas.there && cas.n != x->item->seq)
        return KRPC_CAS;
    if (x && item->is_mutable &&
        (item->seq < x->item->seq || (item->seq == x->item->seq && !same_value(item, x->item))))
        return KRPC_SEQ;
    if (!x)
        x = add(s, &item->target, from);
    if (!x)
        return -1;
    *x->item = *item;
    x->time = now;
    return 0;
}

const struct dht_item *dht_items_get(const struct dht_items *s, const struct node_id *target,
                                     int64_t now)
{
    const struct stored_item *x = find(s, target);
    return x && now - x->time < DHT_ITEM_LIFE ? x->item : NULL;
}

size_t dht_items_count(const struct dht_items *s)
{
    return s->map.count;
}

void dht_items_expire(struct dht_items *s, int64_t now)
{
    size_t count = BATCH;
    while (count == BATCH) {
        uint8_t old[BATCH][IDMAP_ID_LEN];
        size_t place = 0;
        count = 0;
        for (const struct stored_item *x; count < BATCH && (x = idmap_each(&s->map, &place));)
            if (now - x->time >= DHT_ITEM_LIFE)
                memcpy(old[count++], x->target, IDMAP_ID_LEN);
        for (size_t i = 0; i < count; i++)
            remove_item(s, idmap_find(&s->map, old[i]));
    }
}

int dht_items_each(const struct dht_items *s, dht_items_take *take, void *self)
{
    size_t place = 0;
    int result = 0;
    for (const struct stored_item *x; !result && (x = idmap_each(&s->map, &place));)
        result = take(self, x->item, x->time);
    return result;
}
