/* The list of a pool's transactions, and the tables by which they are found: by id; and by sender
 * and sequence number, the SHA-256 of which is the key. */
#include "hash/sha256.h"
#include "mempool/pool_parts.h"

#include <string.h>

/* What the tables hold. */
struct place {
    uint8_t key[IDMAP_ID_LEN];
    struct pooled *x;
};

void pool_list_init(struct pool *p)
{
    idmap_init(&p->ids, sizeof(struct place), SIZE_MAX, chance_seed());
    idmap_init(&p->spends, sizeof(struct place), SIZE_MAX, chance_seed());
}

void pool_list_free(struct pool *p)
{
    idmap_free(&p->ids);
    idmap_free(&p->spends);
}

static void make_key(const struct account *from, int64_t seq, uint8_t key[IDMAP_ID_LEN])
{
    uint8_t text[sizeof *from + sizeof seq];
    memcpy(text, from, sizeof *from);
    memcpy(text + sizeof *from, &seq, sizeof seq);
    sha256(text, sizeof text, key);
}

static struct pooled *find(const struct idmap *table, const uint8_t key[IDMAP_ID_LEN])
{
    const struct place *place = idmap_find(table, key);
    return place ? place->x : NULL;
}

struct pooled *pool_find(const struct pool *p, const uint8_t id[ID_LEN])
{
    return find(&p->ids, id);
}

struct pooled *pool_find_spend(const struct pool *p, const struct account *from, int64_t seq)
{
    uint8_t key[IDMAP_ID_LEN];
    make_key(from, seq, key);
    return find(&p->spends, key);
}

static int add(struct idmap *table, const uint8_t key[IDMAP_ID_LEN], struct pooled *x)
{
    struct place *place = idmap_add(table, key);
    if (!place)
        return -1;
    place->x = x;
    return 0;
}

static int add_to_tables(struct pool *p, struct pooled *x)
{
    uint8_t spend[IDMAP_ID_LEN];
    make_key(&x->spend.from, x->spend.seq, spend);
    if (add(&p->ids, x->id, x))
        return -1;
    if (add(&p->spends, spend, x) == 0)
        return 0;
    idmap_remove(&p->ids, idmap_find(&p->ids, x->id));
    return -1;
}

int pool_list_add(struct pool *p, struct pooled *x)
{
    struct pooled *before = p->last; /* nearly always */
    if (add_to_tables(p, x))
        return -1;
    while (before && before->arrival > x->arrival)
        before = before->prev;
    x->prev = before;
    x->next = before ? before->next : p->list;
    *(x->prev ? &x->prev->next : &p->list) = x;
    *(x->next ? &x->next->prev : &p->last) = x;
    p->count++;
    return 0;
}

void pool_list_remove(struct pool *p, struct pooled *x)
{
    uint8_t spend[IDMAP_ID_LEN];
    make_key(&x->spend.from, x->spend.seq, spend);
    idmap_remove(&p->ids, idmap_find(&p->ids, x->id));
    idmap_remove(&p->spends, idmap_find(&p->spends, spend));
    *(x->prev ? &x->prev->next : &p->list) = x->next;
    *(x->next ? &x->next->prev : &p->last) = x->prev;
    p->count--;
}
