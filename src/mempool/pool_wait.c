/* Transactions that wait in the pending queue: for their turn, or for money. */
#include "base/hex.h"
#include "mempool/pool_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A transaction that waits for money, in the order of arrival. It may have left the queue since. */
struct unpaid {
    struct account from;
    uint8_t id[ID_LEN];
    int64_t seq, until;
};

/* --- What pool_leave has to report ------------------------------------------------------------ */

struct refusal {
    uint8_t id[ID_LEN];
    struct fault why;
    bool silent;
};

static int keep_refusal(struct pool *p, const struct queued *q, bool silent, struct fault *f)
{
    struct refusal r = {.why = *f, .silent = silent};
    r.why.line = q->line;
    memcpy(r.id, q->id, ID_LEN);
    return buf_add(&p->refused, &r, sizeof r) ? fault_memory(f) : 0;
}

/* Removes the next. Gives whether there was one. */
static bool take_refusal(struct pool *p, struct fault *f)
{
    struct refusal r;
    if (p->refused_at == p->refused.len)
        return false;
    memcpy(&r, p->refused.data + p->refused_at, sizeof r);
    p->refused_at += sizeof r;
    if (p->refused_at == p->refused.len)
        p->refused_at = p->refused.len = 0;
    memcpy(p->left.id, r.id, ID_LEN);
    p->left.silent = r.silent;
    *f = r.why;
    return true;
}

/* --- Waiting for money ------------------------------------------------------------------------ */

static bool is_unpaid(const struct pool *p, const struct fault *f)
{
    return p->patience && f->kind == FAULT_RULE && f->answer == FAULT_UNPAID;
}

/* 0, or -1 and trouble. */
static int await_money(struct pool *p, struct queued *q, const struct tx *tx, struct fault *f)
{
    struct unpaid u = {.seq = tx->seq, .until = p->now + p->patience};
    u.from = tx->from;
    memcpy(u.id, q->id, ID_LEN);
    if (!q->until && buf_add(&p->unpaid, &u, sizeof u))
        return fault_memory(f);
    q->until = q->until ? q->until : u.until;
    return pool_note_unpaid(p, tx, f); /* which may read p->unpaid */
}

/* The transaction that an entry names, or NULL: it has left. */
static struct queued *find_unpaid(const struct pool *p, const struct unpaid *u)
{
    struct queued *q = pending_find(p->pending, &u->from, u->seq);
    return q && memcmp(q->id, u->id, ID_LEN) == 0 && q->until == u->until ? q : NULL;
}

int pool_note_queued(struct pool *p, struct fault *f)
{
    for (size_t at = p->unpaid_at; at < p->unpaid.len; at += sizeof(struct unpaid)) {
        struct unpaid u;
        memcpy(&u, p->unpaid.data + at, sizeof u);
        struct queued *q = find_unpaid(p, &u);
        if (!q)
            continue;
        struct tx tx = queued_tx(q);
        if (sponsors_note(&p->sponsors, p->ledger->tree.state, &tx, f) < 0)
            return -1;
    }
    return 0;
}

/* The transaction whose time to wait for money ends first, and when in *until. NULL: none waits. */
static struct queued *first_unpaid(struct pool *p, int64_t *until)
{
    while (p->unpaid_at < p->unpaid.len) {
        struct unpaid u;
        memcpy(&u, p->unpaid.data + p->unpaid_at, sizeof u);
        struct queued *q = find_unpaid(p, &u);
        *until = u.until;
        if (q)
            return q;
        p->unpaid_at += sizeof u;
        if (p->unpaid_at > p->unpaid.len / 2) {
            buf_drop(&p->unpaid, p->unpaid_at);
            p->unpaid_at = 0;
        }
    }
    return NULL;
}

int64_t pool_patience_ends(struct pool *p)
{
    int64_t until;
    return p->pending && first_unpaid(p, &until) ? until : INT64_MAX;
}

/* --- Entering and leaving the queue ----------------------------------------------------------- */

/* Makes way for another transaction with the same seq. 0, or -1 and a fault: it does not pay enough
 * more. */
static int replace(struct pool *p, struct queued *old, const struct entry *e, struct fault *f)
{
    struct tx tx = queued_tx(old);
    int64_t least = pool_replace_fee(p, &tx, e->tx.len);
    struct hex32 new_id = hex32(e->id), old_id = hex32(old->id);
    if (least < 0 || e->tx.fee < least)
        return fault_rule(f,
                          "tx: seq %" PRId64 " is spent twice: %s spends what %s, which waits, "
                          "spends; to replace it takes a fee of %" PRId64 ", not %" PRId64,
                          tx.seq, new_id.text, old_id.text, least < 0 ? INT64_MAX : least,
                          e->tx.fee);
    fault_rule(f, "tx: seq %" PRId64 " is spent twice: %s, which waited, was replaced by %s",
               tx.seq, old_id.text, new_id.text);
    if (keep_refusal(p, old, false, f))
        return -1;
    pending_remove(p->pending, old);
    free(old);
    return 0;
}

static int enqueue(struct pool *p, const struct entry *e, uint64_t line, bool unpaid,
                   struct fault *f)
{
    struct queued *q = pending_find(p->pending, &e->tx.from, e->tx.seq);
    if (q && memcmp(q->id, e->id, ID_LEN) == 0)
        return POOL_WAITS;
    if ((q && replace(p, q, e, f)) || pending_add(p->pending, &e->tx, e->id, line, f))
        return -1;
    q = pending_find(p->pending, &e->tx.from, e->tx.seq);
    return unpaid && await_money(p, q, &e->tx, f) ? -1 : POOL_WAITS;
}

int pool_wait_turn(struct pool *p, const struct entry *e, uint64_t line, struct fault *f)
{
    return enqueue(p, e, line, false, f);
}

int pool_wait_money(struct pool *p, const struct entry *e, uint64_t line, struct fault *f)
{
    return is_unpaid(p, f) ? enqueue(p, e, line, true, f) : -1;
}

/* Says what has used the seq of this transaction. 0 and a fault, or -1 and trouble. */
static int tell_user(struct pool *p, const struct tx *tx, const uint8_t id[ID_LEN], struct fault *f)
{
    fault_rule(f, "tx: in the pool already");
    fault_answers(f, FAULT_KNOWN);
    if (pool_find(p, id))
        return 0;
    tree_unspent(&p->ledger->tree, tx, id, f);
    return f->kind == FAULT_RULE ? 0 : -1;
}

/* Drops what waited for a seq that another transaction, or the same, has used meanwhile. 0, or -1
 * and trouble. */
static int drop_used(struct pool *p, const struct account *from, int64_t seq, struct fault *f)
{
    struct queued *q;
    while ((q = pending_take_below(p->pending, from, seq))) {
        struct tx tx = queued_tx(q);
        int failed = tell_user(p, &tx, q->id, f) || keep_refusal(p, q, true, f);
        free(q);
        if (failed)
            return -1;
    }
    return 0;
}

int pool_take_queued(struct pool *p, const struct account *from, int64_t seq, struct buf *queue,
                     struct fault *f)
{
    if (drop_used(p, from, seq, f))
        return -1;
    struct queued *q = pending_find(p->pending, from, seq);
    if (!q)
        return 0;
    struct tx tx = queued_tx(q);
    int result = pool_take_in(p, &tx, q->id, f) ? -1 : 1;
    if (result < 0 && f->kind != FAULT_RULE)
        return -1;
    if (result < 0 && is_unpaid(p, f))
        return await_money(p, q, &tx, f);
    if (result < 0)
        result = keep_refusal(p, q, false, f);
    else if (pool_queue(&tx, queue, f))
        result = -1;
    pending_remove(p->pending, q);
    free(q);
    return result;
}

static int tell_gap(struct pool *p, const struct tx *tx, int64_t seq, struct fault *f)
{
    fault_rule(f,
               "tx: seq %" PRId64 ", expected %" PRId64 ": neither ledger nor pool fills the gap",
               tx->seq, seq);
    fault_answers(f, FAULT_LATER);
    p->gap = (struct pool_gap){.any = true, .seq = seq};
    p->gap.from = tx->from;
    return 1;
}

/* Whether it comes after one that its sender could not pay in time. */
static bool is_stranded(const struct pool *p, const struct tx *tx)
{
    return p->stranded.any && account_equal(&p->stranded.from, &tx->from);
}

static int tell_stranded(struct pool *p, const struct tx *tx, struct fault *f)
{
    fault_rule(f, "tx: seq %" PRId64 ", expected %" PRId64 ": that one cannot be paid", tx->seq,
               p->stranded.seq);
    p->gap = p->stranded;
    return 1;
}

/* Says why a transaction that has left the queue cannot be in the pool: 1 and a fault, 0 it is in
 * the pool after all, -1 and trouble. */
static int tell_why(struct pool *p, const struct queued *q, struct fault *f)
{
    struct account_state from;
    struct tx tx = queued_tx(q);
    memcpy(p->left.id, q->id, ID_LEN);
    if (account_get(p->ledger->tree.state, &tx.from, &from, f))
        return -1;
    int result = 0;
    if (tx.seq > from.seq)
        result = is_stranded(p, &tx) ? tell_stranded(p, &tx, f) : tell_gap(p, &tx, from.seq, f);
    if (!result)
        result = pool_enter(p, &tx, q->id, f) == 0 ? 0 : f->kind == FAULT_RULE ? 1 : -1;
    f->line = q->line;
    return result;
}

/* A transaction that has waited for money too long, or comes after one that has. NULL: none. */
static struct queued *next_unpaid(struct pool *p)
{
    int64_t until;
    struct queued *q = p->stranded.any
                           ? pending_take_below(p->pending, &p->stranded.from, INT64_MAX)
                           : NULL;
    if (q)
        return q;
    p->stranded.any = false;
    q = p->patience ? first_unpaid(p, &until) : NULL;
    if (!q || until > p->now)
        return NULL;
    struct tx tx = queued_tx(q);
    p->stranded = (struct pool_gap){.any = true, .seq = tx.seq};
    p->stranded.from = tx.from;
    pending_remove(p->pending, q);
    return q;
}

/* The next that has to leave. NULL: none. */
static struct queued *next_to_leave(struct pool *p, bool all)
{
    struct queued *q = next_unpaid(p);
    return q ? q : pending_evict(p->pending, all);
}

int pool_leave(struct pool *p, bool all, struct fault *f)
{
    struct queued *q;
    int result = 0;
    p->gap.any = p->left.silent = false;
    if (take_refusal(p, f))
        return 1;
    while (!result && p->pending && (q = next_to_leave(p, all))) {
        result = tell_why(p, q, f);
        p->stranded.any &= result > 0; /* it could be paid after all */
        free(q);
    }
    return result;
}
