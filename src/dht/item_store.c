#include "dht/item_store.h"

#include <stdlib.h>

enum { BATCH = 256 };

struct stored_item {
    uint8_t target[IDMAP_ID_LEN]; /* its 20 bytes, then zeros */
    struct dht_item *item;
    int64_t time;
    /* Of two who put it, or twice the same: the first is charged with it. */
    struct dht_origin origins[2];
};

void dht_items_init(struct dht_items *s, const struct node_id selves[2], uint64_t seed)
{
    s->selves = selves;
    dht_shares_init(&s->shares, seed);
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
    dht_shares_remove(&s->shares, &x->origins[0]);
    free(x->item);
    idmap_remove(&s->map, x);
}

/* Whether x is farther from the nearer of our ids than y is. */
static bool is_farther(const struct dht_items *s, const struct stored_item *x,
                       const struct stored_item *y)
{
    const struct node_id *a = &x->item->target, *b = &y->item->target;
    const struct node_id *near_a = &s->selves[node_id_compare(a, &s->selves[0], &s->selves[1]) > 0];
    const struct node_id *near_b = &s->selves[node_id_compare(b, &s->selves[0], &s->selves[1]) > 0];
    for (int i = 0; i < NODE_ID_LEN; i++) {
        const int far_a = a->bytes[i] ^ near_a->bytes[i], far_b = b->bytes[i] ^ near_b->bytes[i];
        if (far_a != far_b)
            return far_a > far_b;
    }
    return false;
}

static bool is_of(const struct stored_item *x, const struct dht_origin *o)
{
    return x->origins[0].places[0] == o->places[0];
}

/* Charges it to the other of its two, if that has less: else who copies an item before its owner
 * puts it, and then floods, has it given up as one of his own. */
static void settle(struct dht_items *s, struct stored_item *x)
{
    const struct dht_origin was = x->origins[0], other = x->origins[1];
    dht_shares_remove(&s->shares, &was);
    if (dht_shares_narrow(&s->shares, &other) < DHT_NETWORK_ITEMS_MAX &&
        dht_shares_weight(&s->shares, &other) < dht_shares_weight(&s->shares, &was)) {
        x->origins[0] = other;
        x->origins[1] = was;
    }
    dht_shares_add(&s->shares, &x->origins[0]);
}

/* It was put again: of all who put it, the two that have least stay known. */
static void note_origin(struct dht_items *s, struct stored_item *x, const struct dht_origin *o)
{
    settle(s, x);
    const struct dht_origin *other = &x->origins[1];
    if (!is_of(x, o) && (is_of(x, other) ||
                         dht_shares_weight(&s->shares, o) < dht_shares_weight(&s->shares, other)))
        x->origins[1] = *o;
}

/* Removes the item of the networks that have most which is farthest from us: of all networks, or,
 * if `of` is not NULL, of its narrowest, unless that can be charged with one less. */
static void remove_worst(struct dht_items *s, const struct dht_origin *of)
{
    struct stored_item *victim = NULL;
    uint64_t most = 0;
    size_t place = 0;
    for (struct stored_item *x; (x = idmap_each(&s->map, &place));) {
        if (of && !is_of(x, of))
            continue;
        settle(s, x);
        if (of && !is_of(x, of))
            return;
        const uint64_t weight = of ? 0 : dht_shares_weight(&s->shares, &x->origins[0]);
        if (victim && (weight < most || (weight == most && !is_farther(s, x, victim))))
            continue;
        victim = x;
        most = weight;
    }
    if (victim)
        remove_item(s, victim);
}

static void make_space(struct dht_items *s, const struct contact *from, const struct dht_origin *o)
{
    if (from && !contact_is_local(from) &&
        dht_shares_narrow(&s->shares, o) >= DHT_NETWORK_ITEMS_MAX)
        remove_worst(s, o);
    if (s->map.count >= DHT_ITEMS_MAX)
        remove_worst(s, NULL);
}

static struct stored_item *add(struct dht_items *s, const struct node_id *target,
                               const struct contact *from, const struct dht_origin *origin)
{
    uint8_t id[IDMAP_ID_LEN] = {0};
    memcpy(id, target->bytes, NODE_ID_LEN);
    make_space(s, from, origin);
    struct stored_item *x = idmap_add(&s->map, id);
    struct dht_item *item = x ? malloc(sizeof *item) : NULL;
    if (x && !item) {
        idmap_remove(&s->map, x);
        return NULL;
    }
    if (x) {
        x->item = item;
        x->origins[0] = x->origins[1] = *origin;
        dht_shares_add(&s->shares, origin);
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
    const struct dht_origin origin = from ? dht_origin_of(&s->shares, from->host, from->host_len)
                                          : dht_origin_unknown(&s->shares, &item->target);
    if (x)
        note_origin(s, x, &origin);
    else
        x = add(s, &item->target, from, &origin);
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
