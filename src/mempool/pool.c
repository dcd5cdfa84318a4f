#include "mempool/pool_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pool_init(struct pool *p, const char *path, struct ledger *ledger, size_t limit)
{
    *p = (struct pool){.file = LINEFILE(path),
                       .ledger = ledger,
                       .limit = limit,
                       .pending_limit = PENDING_BYTES_DEFAULT};
    pool_list_init(p);
}

void pool_free(struct pool *p)
{
    pool_empty(p);
    pool_list_free(p);
    sponsors_clear(&p->sponsors);
    pending_free(p->pending);
    buf_free(&p->added);
    buf_free(&p->refused);
    buf_free(&p->unpaid);
    p->refused_at = p->unpaid_at = 0;
    linefile_close(&p->file);
    p->pending = NULL;
}

void pool_unlink(struct pool *p, struct pooled *x)
{
    if (p->unsaved == x)
        p->unsaved = x->next;
    if (p->lowest == x)
        p->lowest = NULL;
    pool_list_remove(p, x);
    p->bytes -= pooled_size(x);
    p->idle -= !x->applied;
    p->rewrite |= x->saved;
}

void pool_drop(struct pool *p, struct pooled *x)
{
    pool_unlink(p, x);
    free(x);
}

void pool_take_back(struct pool *p)
{
    if (p->applied)
        state_rollback(p->ledger->tree.state);
    p->applied = false;
}

int pooled_by_rate(const struct pooled *a, const struct pooled *b)
{
    __int128 left = (__int128)a->tx.fee * (int64_t)pooled_size(b);
    __int128 right = (__int128)b->tx.fee * (int64_t)pooled_size(a);
    if (left != right)
        return left > right ? 1 : -1;
    return (a->arrival < b->arrival) - (a->arrival > b->arrival);
}

struct pooled *pooled_new(const struct tx *tx, const uint8_t id[ID_LEN])
{
    struct pooled *x = calloc(1, sizeof *x + tx->len + 1);
    if (!x)
        return NULL;
    x->tx = *tx;
    memcpy(x->text, tx->line, tx->len);
    x->text[tx->len] = '\n';
    tx_move(&x->tx, x->text);
    memcpy(x->id, id, ID_LEN);
    x->spend.from = tx->from;
    x->spend.seq = tx->seq;
    return x;
}

int pool_link(struct pool *p, struct pooled *x)
{
    if (pool_list_add(p, x))
        return -1;
    p->bytes += pooled_size(x);
    p->idle += !x->applied;
    if (p->lowest && pooled_leaves_before(x, p->lowest))
        p->lowest = x;
    return 0;
}

struct pooled *pool_keep(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN],
                         bool applied)
{
    struct pooled *x = pooled_new(tx, id);
    if (!x)
        return NULL;
    x->applied = applied;
    x->arrival = p->arrivals;
    if (pool_link(p, x)) {
        free(x);
        return NULL;
    }
    p->arrivals++;
    p->unsaved = p->unsaved ? p->unsaved : x;
    return x;
}

int pool_apply(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    int64_t fees = 0;
    return tree_apply(&p->ledger->tree, tx, id, &fees, f);
}

static void mark_applied(struct pool *p, struct pooled *x)
{
    x->applied = true;
    p->idle--;
    if (p->lowest == x)
        p->lowest = NULL;
}

/* --- Turns: transactions that became applicable through another ------------------------------- */

/* 1, 0 if a rule keeps it out for now, -1 and trouble. */
static int apply_pooled(struct pool *p, struct pooled *x, struct fault *f)
{
    if (pool_apply(p, &x->tx, x->id, f))
        return f->kind == FAULT_RULE ? pool_note_unpaid(p, &x->tx, f) : -1;
    mark_applied(p, x);
    return 1;
}

int pool_queue(const struct tx *tx, struct buf *queue, struct fault *f)
{
    struct account a;
    for (struct touches at = {0}; tx_next_account(tx, &at, &a);)
        if (!account_equal(&a, &tx->from) && buf_add(queue, &a, sizeof a))
            return fault_memory(f);
    return 0;
}

/* Adds all transactions of one sender while the next one exists and can be applied. */
static int take_turns(struct pool *p, const struct account *from, bool pending, struct buf *queue,
                      struct fault *f)
{
    for (;;) {
        struct account_state a;
        int went = 0;
        if (account_get(p->ledger->tree.state, from, &a, f))
            return -1;
        struct pooled *x = pool_find_spend(p, from, a.seq);
        if (x)
            went = apply_pooled(p, x, f);
        else if (pending)
            went = pool_take_queued(p, from, a.seq, queue, f);
        if (went <= 0)
            return went;
        if (x && pool_queue(&x->tx, queue, f))
            return -1;
    }
}

/* The same for all whose sponsor this account is, as long as it can pay. 0, or -1 and trouble. */
static int take_sponsored(struct pool *p, const struct account *sponsor, bool pending,
                          struct buf *queue, struct fault *f)
{
    struct account from;
    int got;
    while ((got = pool_next_sponsored(p, sponsor, &from, f)) > 0)
        if (take_turns(p, &from, pending, queue, f))
            return -1;
    return got;
}

/* Handles the turns of all accounts in the queue, and of those whose turn comes through them; and
 * frees the queue. 0, or -1 and trouble. */
static int serve(struct pool *p, struct buf *queue, bool pending, struct fault *f)
{
    int result = 0;
    for (size_t at = 0; at < queue->len && !result; at += sizeof(struct account)) {
        struct account from;
        memcpy(&from, queue->data + at, sizeof from);
        result = take_turns(p, &from, pending, queue, f);
        if (!result)
            result = take_sponsored(p, &from, pending, queue, f);
    }
    buf_free(queue);
    return result;
}

/* Applies a transaction that is in the list before others that it depends on. */
static int apply_idle(struct pool *p, struct fault *f)
{
    struct buf queue = {0};
    for (struct pooled *x = p->list; x; x = x->next)
        if (!x->applied && buf_add(&queue, &x->spend.from, sizeof x->spend.from)) {
            buf_free(&queue);
            return fault_memory(f);
        }
    return serve(p, &queue, false, f);
}

int pool_apply_list(struct pool *p, struct fault *f)
{
    struct tree *t = &p->ledger->tree;
    pool_take_back(p);
    if (tree_move(t, p->at ? p->at : &t->best, f))
        return -1;
    p->applied = true;
    if (tree_begin(t, f))
        return -1;
    p->lowest = NULL;
    p->idle = p->count;
    sponsors_clear(&p->sponsors);
    for (struct pooled *x = p->list; x; x = x->next)
        x->applied = false;
    for (struct pooled *x = p->list, *next; x; x = next) {
        struct account_state from;
        next = x->next;
        if (account_get(t->state, &x->tx.from, &from, f))
            return -1;
        if (memcmp(x->tx.chain, t->genesis.id, ID_LEN) || x->tx.seq < from.seq)
            pool_drop(p, x);
        else if (x->tx.seq == from.seq && apply_pooled(p, x, f) < 0)
            return -1;
    }
    return (p->idle && apply_idle(p, f)) || pool_note_queued(p, f) ? -1 : 0;
}

int pool_take_pending(struct pool *p, struct fault *f)
{
    struct buf queue = {0};
    if (pending_senders(p->pending, &queue) == 0)
        return serve(p, &queue, true, f);
    buf_free(&queue);
    return fault_memory(f);
}

/* --- Adding ----------------------------------------------------------------------------------- */

static int left_out(struct fault *f)
{
    fault_rule(f, "tx: left out: the pool is full, and this one, or one of its sender's before it, "
                  "pays the least for its size");
    return fault_answers(f, FAULT_LATER);
}

int pool_take_in(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    if (pool_pays_least(p, tx))
        return left_out(f);
    if (pool_apply(p, tx, id, f))
        return -1;
    struct pooled *newest = pool_keep(p, tx, id, true);
    if (!newest || buf_add(&p->added, id, ID_LEN))
        return fault_memory(f);
    if (p->bytes <= p->limit)
        return 0;
    if (pool_evict(p, newest, f))
        return -1;
    if (pool_find(p, id))
        return 0;
    p->added.len -= ID_LEN;
    return left_out(f);
}

int pool_enter(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    struct buf queue = {0};
    if (pool_take_in(p, tx, id, f))
        return -1;
    if (!p->idle && pending_empty(p->pending))
        return 0;
    if (buf_add(&queue, &tx->from, sizeof tx->from) || pool_queue(tx, &queue, f)) {
        buf_free(&queue);
        return fault_memory(f);
    }
    return serve(p, &queue, true, f);
}

int pool_add(struct pool *p, const struct entry *e, uint64_t line, struct fault *f)
{
    struct account_state from;
    struct tree *t = &p->ledger->tree;
    p->replaced = (struct pool_replaced){0};
    if (pool_find(p, e->id))
        return POOL_KNOWN;
    if (apply_check(t->genesis.id, &t->rules, &e->tx, f) ||
        apply_opens(&e->tx, t->best.height + 1, f) || account_get(t->state, &e->tx.from, &from, f))
        return -1;
    struct pooled *other = pool_find_spend(p, &e->tx.from, e->tx.seq);
    if (other)
        return pool_replace(p, other, &e->tx, e->id, f) ? -1 : POOL_NEW;
    if (e->tx.seq > from.seq)
        return pool_wait_turn(p, e, line, f);
    if (pool_enter(p, &e->tx, e->id, f))
        return pool_wait_money(p, e, line, f);
    return POOL_NEW;
}

const char *pool_line(const struct pool *p, const uint8_t id[ID_LEN], size_t *size)
{
    const struct pooled *x = pool_find(p, id);
    *size = x ? pooled_size(x) : 0;
    return x ? x->text : NULL;
}
