/* Chooses a block's body from a pool. */
#include "mempool/pool_parts.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* So many of a sponsor's senders return at once: whoever funds it bit by bit cannot have all of
 * them tried in vain each time. */
enum { AT_ONCE = 64 };

/* A sender's state while a body is chosen. */
struct sender {
    struct account id;
    struct pooled *next; /* its next transaction; NULL: none */
    bool in_heap;
    bool unpaid; /* its sponsor cannot pay the fee of its next transaction */
    UT_hash_handle hh;
};

struct choice {
    struct pool *pool;
    struct sender *senders; /* by id */
    struct sender **heap;   /* senders that may be next, the best fee rate on top */
    size_t count;           /* of heap */
    size_t space;           /* bytes left in the block */
    struct sponsors unpaid; /* who waits for which sponsor */
};

static void heap_push(struct choice *c, struct sender *s)
{
    size_t i = c->count++;
    s->in_heap = true;
    for (; i > 0 && pooled_by_rate(s->next, c->heap[(i - 1) / 2]->next) > 0; i = (i - 1) / 2)
        c->heap[i] = c->heap[(i - 1) / 2];
    c->heap[i] = s;
}

static struct sender *heap_pop(struct choice *c)
{
    struct sender *top = c->heap[0], *last = c->heap[--c->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < c->count; i = child) {
        if (child + 1 < c->count &&
            pooled_by_rate(c->heap[child + 1]->next, c->heap[child]->next) > 0)
            child++;
        if (pooled_by_rate(last->next, c->heap[child]->next) >= 0)
            break;
        c->heap[i] = c->heap[child];
    }
    c->heap[i] = last;
    top->in_heap = false;
    return top;
}

/* Finds the next of a sender's transactions. 0, or -1 and trouble. */
static int find_turn(struct choice *c, struct sender *s, struct fault *f)
{
    struct account_state a;
    if (account_get(c->pool->ledger->tree.state, &s->id, &a, f))
        return -1;
    s->next = pool_find_spend(c->pool, &s->id, a.seq);
    return 0;
}

static struct sender *find_sender(const struct choice *c, const struct account *id)
{
    struct sender *s;
    HASH_FIND(hh, c->senders, id, sizeof *id, s);
    return s;
}

static int add_sender(struct choice *c, const struct account *id, struct fault *f)
{
    if (find_sender(c, id))
        return 0;
    struct sender *s = calloc(1, sizeof *s);
    if (!s)
        return fault_memory(f);
    s->id = *id;
    HASH_ADD(hh, c->senders, id, sizeof s->id, s);
    if (!s->hh.tbl) {
        free(s);
        return fault_memory(f);
    }
    if (find_turn(c, s, f))
        return -1;
    if (s->next)
        heap_push(c, s);
    return 0;
}

/* Puts back senders whose sponsor can now pay for each of them; when one of them has been taken,
 * its sponsor is asked again. 0, or -1 and trouble. */
static int push_sponsored(struct choice *c, const struct account *sponsor, struct fault *f)
{
    struct account_state a;
    struct account from;
    if (!c->unpaid.count)
        return 0;
    if (account_get(c->pool->ledger->tree.state, sponsor, &a, f))
        return -1;
    for (int i = 0; i < AT_ONCE && sponsors_take(&c->unpaid, sponsor, a.balance, &from); i++) {
        struct sender *s = find_sender(c, &from);
        s->unpaid = false;
        heap_push(c, s);
    }
    return 0;
}

/* Puts back the senders that left the heap and may be able to pay after this transaction. 0, or -1
 * and trouble. */
static int push_touched(struct choice *c, const struct tx *tx, struct fault *f)
{
    struct account a;
    for (struct touches at = {0}; tx_next_account(tx, &at, &a);) {
        struct sender *s = find_sender(c, &a);
        if (s && s->next && !s->in_heap && !s->unpaid)
            heap_push(c, s);
        if (push_sponsored(c, &a, f))
            return -1;
    }
    return 0;
}

/* Notes that the sender's next transaction cannot be applied yet. 0, or -1 and trouble. */
static int leave_heap(struct choice *c, struct sender *s, struct fault *f)
{
    int noted = sponsors_note(&c->unpaid, c->pool->ledger->tree.state, &s->next->tx, f);
    s->unpaid = noted > 0;
    return noted < 0 ? -1 : 0;
}

/* Adds the sender's next transaction to the body, if it fits and can be paid. A sender that cannot
 * pay yet leaves the heap until somebody pays it, or its sponsor; one whose transaction is too
 * large leaves it for the rest of the search. 0, or -1 and trouble. */
static int take_turn(struct choice *c, struct sender *s, struct buf *out, struct fault *f)
{
    struct pooled *x = s->next;
    if (pooled_size(x) > c->space) {
        s->next = NULL;
        return 0;
    }
    if (pool_apply(c->pool, &x->tx, x->id, f))
        return f->kind == FAULT_RULE ? leave_heap(c, s, f) : -1;
    if (buf_add(out, x->text, pooled_size(x)))
        return fault_memory(f);
    c->space -= pooled_size(x);
    if (find_turn(c, s, f))
        return -1;
    if (s->next)
        heap_push(c, s);
    return push_touched(c, &x->tx, f);
}

static int choose(struct choice *c, struct buf *out, struct fault *f)
{
    c->heap = calloc(c->pool->count + 1, sizeof(struct sender *));
    if (!c->heap)
        return fault_memory(f);
    for (struct pooled *x = c->pool->list; x; x = x->next)
        if (add_sender(c, &x->spend.from, f))
            return -1;
    while (c->count)
        if (take_turn(c, heap_pop(c), out, f))
            return -1;
    return 0;
}

int pool_select(struct pool *p, struct buf *out, struct fault *f)
{
    struct choice c = {.pool = p};
    struct tree *t = &p->ledger->tree;
    struct sender *s, *next;
    size_t size = block_size_limit(t->rules.maxblock);
    c.space = size > HEADER_SIZE_MAX ? size - HEADER_SIZE_MAX : 0;
    pool_take_back(p);
    int result = tree_begin(t, f) ? -1 : choose(&c, out, f);
    state_rollback(t->state);
    HASH_ITER(hh, c.senders, s, next)
    {
        HASH_DEL(c.senders, s);
        free(s);
    }
    free(c.heap);
    sponsors_clear(&c.unpaid);
    return result;
}
