/* Replaces a transaction by another that spends the same sequence number. */
#include "base/hex.h"
#include "mempool/pool_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* a / b, rounded up. */
static __int128 quotient(__int128 a, int64_t b)
{
    return (a + b - 1) / b;
}

static __int128 higher(__int128 a, __int128 b)
{
    return a > b ? a : b;
}

int64_t pool_replace_fee(const struct pool *p, const struct tx *old, size_t len)
{
    const struct rules *r = &p->ledger->tree.rules;
    __int128 cost = (__int128)r->bytefee * (int64_t)len + r->minfee;
    __int128 more = higher(higher(cost, quotient(old->fee, 10)), 1);
    __int128 rate = quotient((__int128)old->fee * (int64_t)(len + 1), (int64_t)(old->len + 1));
    __int128 least = higher(old->fee + more, rate);
    return least > INT64_MAX ? -1 : (int64_t)least;
}

int pool_find_prefix(const struct pool *p, const struct prefix *digits, struct tx *tx)
{
    int found = 0;
    for (const struct pooled *x = p->list; x; x = x->next) {
        if (!prefix_has(digits, x->id))
            continue;
        if (found)
            return -1;
        *tx = x->tx;
        found = 1;
    }
    return found;
}

/* Whether the new transaction pays for the cost of the replacement to others. 0, or -1 and a rule.
 */
static int check_fee(const struct pool *p, const struct pooled *old, const struct tx *tx,
                     struct fault *f)
{
    int64_t least = pool_replace_fee(p, &old->tx, tx->len);
    if (least >= 0 && tx->fee >= least)
        return 0;
    if (least < 0)
        least = INT64_MAX;
    return fault_rule(f,
                      "tx: seq %" PRId64 " is spent twice: the pool holds %s of %s; to replace it "
                      "takes a fee of %" PRId64 ", not %" PRId64,
                      tx->seq, hex32(old->id).text, account_text(&tx->from).text, least, tx->fee);
}

/* Drops what could be applied before and no longer can; gives how many. */
static size_t drop_dependents(struct pool *p)
{
    size_t dropped = 0;
    for (struct pooled *x = p->list, *next; x; x = next) {
        next = x->next;
        if (!x->was_applied || x->applied)
            continue;
        pool_drop(p, x);
        dropped++;
    }
    return dropped;
}

/* Restores old instead of x, which could not be applied, and says why not. -1 and a fault. */
static int restore(struct pool *p, struct pooled *old, struct pooled *x, struct fault *f)
{
    struct fault trouble;
    if (pool_apply(p, &x->tx, x->id, f) == 0)
        fault_rule(f, "tx: it can be paid only with what depends on the one that it replaces");
    bool rewrite = p->rewrite;
    pool_drop(p, x);
    p->rewrite = rewrite;
    if (pool_link(p, old))
        return fault_memory(f);
    if (!pool_apply_list(p, &trouble))
        return -1;
    *f = trouble;
    return -1;
}

/* Exchanges the two in the list and applies it. 0, or -1 and a fault. */
static int exchange(struct pool *p, struct pooled *old, struct pooled *x, struct fault *f)
{
    bool rewrite = p->rewrite;
    for (struct pooled *each = p->list; each; each = each->next)
        each->was_applied = each->applied;
    struct pooled *unsaved = p->unsaved == old ? x : p->unsaved;
    pool_unlink(p, old);
    p->unsaved = unsaved;
    if (pool_link(p, x)) {
        free(x);
        return fault_memory(f);
    }
    if (pool_apply_list(p, f))
        return -1;
    if (x->applied)
        return 0;
    p->rewrite = rewrite;
    p->unsaved = unsaved == x ? old : unsaved;
    return restore(p, old, x, f);
}

int pool_replace(struct pool *p, struct pooled *old, const struct tx *tx, const uint8_t id[ID_LEN],
                 struct fault *f)
{
    if (check_fee(p, old, tx, f))
        return -1;
    if (tx->len > old->tx.len && p->bytes - old->tx.len + tx->len > p->limit) {
        fault_rule(f, "tx: left out: the pool is full, and this one is longer than the one that it "
                      "would replace");
        return fault_answers(f, FAULT_LATER);
    }
    struct pooled *x = pooled_new(tx, id);
    if (!x)
        return fault_memory(f);
    x->arrival = old->arrival;
    x->saved = old->saved;
    if (exchange(p, old, x, f))
        return -1;
    p->replaced = (struct pool_replaced){.any = true, .seq = tx->seq};
    p->replaced.from = tx->from;
    memcpy(p->replaced.id, old->id, ID_LEN);
    p->replaced.dropped = drop_dependents(p);
    free(old);
    if (buf_add(&p->added, id, ID_LEN))
        return fault_memory(f);
    return pending_empty(p->pending) ? 0 : pool_take_pending(p, f);
}
