#include "dht/item_store.h"

#include <stdlib.h>

enum { DRAWN = 8, BATCH = 256 };

struct stored_item {
    uint8_t target[IDMAP_ID_LEN]; /* its 20 bytes, then zeros */
    struct dht_item *item;
    int64_t time;
};

void dht_items_init(struct dht_items *s, uint64_t seed)
{
    s->chance = seed;
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
    free(x->item);
    idmap_remove(&s->map, x);
}

static void make_space(struct dht_items *s)
{
    struct stored_item *victim = NULL, *x;
    size_t place = (size_t)chance_below(&s->chance, s->map.cap);
    for (int drawn = 0; drawn < DRAWN;) {
        x = idmap_each(&s->map, &place);
        if (!x)
            place = 0;
        else if (drawn++ == 0 || x->time < victim->time)
            victim = x;
    }
    remove_item(s, victim);
}

static struct stored_item *add(struct dht_items *s, const struct node_id *target)
{
    uint8_t id[IDMAP_ID_LEN] = {0};
    memcpy(id, target->bytes, NODE_ID_LEN);
    if (s->map.count >= DHT_ITEMS_MAX)
        make_space(s);
    struct stored_item *x = idmap_add(&s->map, id);
    struct dht_item *item = x ? malloc(sizeof *item) : NULL;
    if (x && !item) {
        idmap_remove(&s->map, x);
        return NULL;
    }
    if (x)
        x->item = item;
    return x;
}

static bool same_value(const struct dht_item *a, const struct dht_item *b)
{
    return a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0;
}

int dht_items_put(struct dht_items *s, const struct dht_item *item, struct krpc_number cas,
                  int64_t now)
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
        x = add(s, &item->target);
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
