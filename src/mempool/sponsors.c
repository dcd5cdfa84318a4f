#include "mempool/sponsors.h"

#include "state/account.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct waiting {
    int64_t fee;
    struct account from;
};

struct sponsor {
    struct account id;
    struct buf heap; /* of struct waiting, the lowest fee on top */
    UT_hash_handle hh;
};

static struct waiting *heap_of(const struct sponsor *s)
{
    return (struct waiting *)(void *)s->heap.data;
}

static size_t heap_count(const struct sponsor *s)
{
    return s->heap.len / sizeof(struct waiting);
}

static int heap_push(struct sponsor *s, const struct waiting *w)
{
    size_t i = heap_count(s);
    if (buf_add(&s->heap, w, sizeof *w))
        return -1;
    struct waiting *heap = heap_of(s);
    for (; i > 0 && w->fee < heap[(i - 1) / 2].fee; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = *w;
    return 0;
}

static void heap_pop(struct sponsor *s)
{
    struct waiting *heap = heap_of(s);
    size_t i = 0, count = heap_count(s) - 1;
    const struct waiting last = heap[count];
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && heap[child + 1].fee < heap[child].fee)
            child++;
        if (last.fee <= heap[child].fee)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    s->heap.len -= sizeof last;
}

static void drop(struct sponsors *s, struct sponsor *x)
{
    HASH_DEL(s->by_account, x);
    s->count -= heap_count(x);
    buf_free(&x->heap);
    free(x);
}

void sponsors_clear(struct sponsors *s)
{
    while (s->by_account)
        drop(s, s->by_account);
}

static struct sponsor *find(const struct sponsors *s, const struct account *id)
{
    struct sponsor *x;
    HASH_FIND(hh, s->by_account, id, sizeof *id, x);
    return x;
}

/* NULL: no memory. */
static struct sponsor *meet(struct sponsors *s, const struct account *id)
{
    struct sponsor *x = find(s, id);
    if (x || !(x = calloc(1, sizeof *x)))
        return x;
    x->id = *id;
    HASH_ADD(hh, s->by_account, id, sizeof x->id, x);
    if (x->hh.tbl)
        return x;
    free(x);
    return NULL;
}

int sponsors_note(struct sponsors *s, struct state *state, const struct tx *tx, struct fault *f)
{
    struct account_state a;
    struct waiting w = {.fee = tx->fee};
    if (!tx->has_sponsor)
        return 0;
    if (account_get(state, &tx->sponsor, &a, f))
        return -1;
    if (a.balance >= tx->fee)
        return 0;
    w.from = tx->from;
    struct sponsor *x = meet(s, &tx->sponsor);
    if (!x || heap_push(x, &w))
        return fault_memory(f);
    s->count++;
    return 1;
}

bool sponsors_take(struct sponsors *s, const struct account *sponsor, int64_t balance,
                   struct account *from)
{
    struct sponsor *x = find(s, sponsor);
    if (!x || !x->heap.len || heap_of(x)->fee > balance)
        return false;
    *from = heap_of(x)->from;
    heap_pop(x);
    s->count--;
    if (!x->heap.len)
        drop(s, x);
    return true;
}
