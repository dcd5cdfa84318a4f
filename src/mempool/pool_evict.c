/* Keeps a pool within its limit. */
#include "mempool/pool_parts.h"

#include <stdlib.h>

bool pooled_leaves_before(const struct pooled *a, const struct pooled *b)
{
    return a->applied != b->applied ? b->applied : pooled_by_rate(a, b) < 0;
}

static int leaving_first(const void *a, const void *b)
{
    const struct pooled *x = *(struct pooled *const *)a, *y = *(struct pooled *const *)b;
    return pooled_leaves_before(y, x) - pooled_leaves_before(x, y);
}

/* Whether a transaction of this sender with this seq comes before another. */
static bool is_earlier(const struct spend *a, const struct account *from, int64_t seq)
{
    return a->seq < seq && account_equal(&a->from, from);
}

/* Drops a transaction and all later ones of its sender. */
static void drop_with_later(struct pool *p, struct pooled *x)
{
    struct spend spend = x->spend;
    while (x) {
        pool_drop(p, x);
        p->evicted++;
        x = pool_find_spend(p, &spend.from, ++spend.seq);
    }
}

/* All transactions, as leaves_before says; NULL: no memory. */
static struct spend *order_of_leaving(const struct pool *p, size_t count)
{
    struct pooled **order = calloc(count, sizeof *order);
    struct spend *spends = calloc(count, sizeof *spends);
    size_t n = 0;
    if (order && spends) {
        for (struct pooled *x = p->list; x; x = x->next)
            order[n++] = x;
        qsort(order, n, sizeof *order, leaving_first);
        for (size_t i = 0; i < n; i++)
            spends[i] = order[i]->spend;
    } else {
        free(spends);
        spends = NULL;
    }
    free(order);
    return spends;
}

int pool_evict(struct pool *p, struct pooled *newest, struct fault *f)
{
    size_t count = p->count;
    struct spend *spends = order_of_leaving(p, count);
    if (!spends)
        return fault_memory(f);
    for (size_t i = 0; i < count && p->bytes > p->limit - p->limit / 64; i++) {
        struct pooled *x = pool_find_spend(p, &spends[i].from, spends[i].seq);
        bool own = x == newest || is_earlier(&spends[i], &newest->tx.from, newest->tx.seq);
        if (own)
            pool_drop(p, newest);
        else if (x)
            drop_with_later(p, x);
        if (own)
            break;
    }
    free(spends);
    return pool_apply_list(p, f);
}

static struct pooled *find_lowest(struct pool *p)
{
    for (struct pooled *x = p->lowest ? NULL : p->list; x; x = x->next)
        if (!p->lowest || pooled_leaves_before(x, p->lowest))
            p->lowest = x;
    return p->lowest;
}

bool pool_pays_least(struct pool *p, const struct tx *tx)
{
    const struct pooled new = {.tx = *tx, .arrival = p->arrivals, .applied = true};
    if (p->bytes + pooled_size(&new) <= p->limit)
        return false;
    return !find_lowest(p) || pooled_leaves_before(&new, p->lowest) ||
           is_earlier(&p->lowest->spend, &tx->from, tx->seq); /* pool_evict would drop it */
}
