#include "query/history.h"

#include "base/hex.h"
#include "base/lines.h"
#include "base/num.h"
#include "base/window.h"
#include "crypto/merkle.h"
#include "index/history.h"
#include "state/apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chain in two parts: the part shared with the best chain, and its own blocks. */
struct chain {
    int64_t fork, tip; /* heights: the last one shared, and the last */
    int64_t *own;      /* numbers of its own blocks, from fork + 1 on */
};

struct run {
    struct ledger *l;
    const struct history *h;
    int (*each)(void *self, const struct event *e, struct fault *f);
    void *self;
    struct account_text account;
    struct chain chain;
    int64_t from, to; /* heights, limited to those that exist */
    int64_t balance;  /* the balance before the next event; or, newest first, after it */
    int64_t given;
    int64_t *sum;     /* not NULL: events are only added up here */
    bool has_effects; /* of the current block; between its events, a balance may be negative */
    struct index_block
        at;          /* the block of the current event; the bytes of its header or all of it; and */
    struct buf text; /* its parsed header */
    struct block header;
    struct window window;
};

/* --- Chains --------------------------------------------------------------------------------- */

/* Walks from a tip to the best chain. The caller frees chain->own. */
static int find_chain(struct index *ix, const struct node *tip, struct chain *c, struct fault *f)
{
    struct index_block b;
    size_t depth = 0;
    *c = (struct chain){.tip = tip->height};
    if (index_block(ix, tip->n, &b, f))
        return -1;
    while (!b.is_main) {
        if (b.node.height + (int64_t)depth++ != tip->height)
            return index_damage(ix, f);
        if (index_block(ix, b.node.parent, &b, f))
            return -1;
    }
    if (b.node.height + (int64_t)depth != tip->height)
        return index_damage(ix, f);
    c->fork = b.node.height;
    c->own = calloc(depth + 1, sizeof *c->own);
    if (!c->own)
        return fault_memory(f);
    for (int64_t n = tip->n; depth > 0; n = b.node.parent) {
        c->own[--depth] = n;
        if (index_block(ix, n, &b, f))
            return -1;
    }
    return 0;
}

/* What an account has after the chain's block at this height; -1: before genesis. */
static int account_on(struct index *ix, const struct chain *c, const struct account *id,
                      int64_t height, struct account_state *a, struct fault *f)
{
    struct account_state before;
    for (; height > c->fork; height--) {
        int found = index_account_change(ix, id, c->own[height - c->fork - 1], &before, a, f);
        if (found)
            return found < 0 ? -1 : 0;
    }
    return index_account_at(ix, id, height, a, f);
}

int history_account(struct ledger *l, const struct account *id, const struct node *node,
                    struct account_state *a, struct fault *f)
{
    struct chain c;
    int result = find_chain(l->index, node, &c, f);
    if (result == 0)
        result = account_on(l->index, &c, id, node->height, a, f);
    free(c.own);
    return result;
}

/* --- Events ----------------------------------------------------------------------------------- */

/* What an event adds to the balance. */
static int64_t change_of(const struct event *e)
{
    switch (e->kind) {
    case EVENT_OUT:
        return -e->amount - e->fee;
    case EVENT_SELF:
        return -e->fee;
    case EVENT_REWARD:
        return e->amount + e->fee;
    case EVENT_GRANT:
    case EVENT_IN:
    case EVENT_OTHER:
        break;
    }
    return e->amount;
}

/* Reports one event, with its balance, if it was requested. 0 to go on, 1: enough, -1 and a fault.
 */
static int give(struct run *r, struct event *e, struct fault *f)
{
    int64_t change = change_of(e);
    bool back = r->h->newest_first;
    if (r->sum)
        return __builtin_add_overflow(*r->sum, change, r->sum) ? index_damage(r->l->index, f) : 0;
    e->block = &r->header;
    e->block_id = r->at.node.id;
    e->balance = r->balance;
    if (__builtin_add_overflow(r->balance, back ? -change : change, &r->balance) ||
        (r->balance < 0 && !r->has_effects))
        return index_damage(r->l->index, f);
    if (!back)
        e->balance = r->balance;
    if (r->header.time < r->h->since || r->header.time > r->h->until)
        return 0;
    if (r->each(r->self, e, f))
        return -1;
    return ++r->given == r->h->count;
}

static int give_reward(struct run *r, int64_t earned, struct fault *f)
{
    struct event e = {.kind = EVENT_REWARD, .line = r->at.node.line};
    e.amount = rules_reward(&r->l->tree.rules, r->at.node.height);
    e.fee = earned - e.amount;
    if (e.fee < 0 || !account_equal(&r->header.miner, &r->h->account))
        return index_damage(r->l->index, f);
    return give(r, &e, f);
}

/* The payment of a transaction that is the account's event number n, from 0; *count: how many there
 * are. An account that pays nobody has one event all the same, as it pays the fee: its *m is all
 * zero. */
static void find_payment(const struct run *r, const struct tx *tx, int n, struct move *m,
                         int *count)
{
    struct move next;
    bool sent = account_equal(&tx->from, &r->h->account);
    *m = (struct move){.amount = 0};
    *count = 0;
    for (size_t at = 0; tx_next_move(tx, &at, &next);)
        if ((sent || account_equal(&next.to, &r->h->account)) && (*count)++ == n)
            *m = next;
    *count += sent && *count == 0;
}

static int give_payment(struct run *r, const struct tx *tx, const struct move *m, bool first,
                        struct event *e, struct fault *f)
{
    int64_t sum;
    bool sent = account_equal(&tx->from, &r->h->account);
    bool got = account_equal(&m->to, &r->h->account);
    e->kind = !sent ? EVENT_IN : got ? EVENT_SELF : EVENT_OUT;
    e->other = !sent ? &tx->from : m->amount ? &m->to : NULL;
    e->amount = m->amount;
    e->fee = first ? tx->fee : 0;
    e->memo = m->memo;
    return number_add(e->fee, e->amount, &sum) ? index_damage(r->l->index, f) : give(r, e, f);
}

static bool touches_account(const struct run *r, const struct tx *tx)
{
    struct account a;
    for (struct touches at = {0}; tx_next_account(tx, &at, &a);)
        if (account_equal(&a, &r->h->account))
            return true;
    return false;
}

/* The account's events of a transaction, whose form was checked when it was indexed; with its id if
 * the index says that it touches the account. 0 to go on, 1: enough, -1 and trouble. */
static int give_line(struct run *r, const char *line, size_t len, const uint8_t *id,
                     struct event *e, struct fault *f)
{
    struct tx tx;
    struct move m;
    int count, result = 0;
    if (tx_parse(line, len, &tx, f) || (id && !touches_account(r, &tx)))
        return index_damage(r->l->index, f);
    find_payment(r, &tx, 0, &m, &count);
    if (count && !id)
        sha256(line, len, e->id);
    for (int i = 0; i < count && !result; i++) {
        int n = r->h->newest_first ? count - 1 - i : i;
        if (count > 1)
            find_payment(r, &tx, n, &m, &count);
        result = give_payment(r, &tx, &m, n == 0, e, f);
    }
    e->other = NULL; /* it was in tx or m */
    return result;
}

/* --- Blocks --------------------------------------------------------------------------------- */

/* Makes block n the current one, after comparing its header with its id. */
static int enter(struct run *r, int64_t n, bool whole, struct fault *f)
{
    r->text.len = 0;
    r->has_effects = false;
    if (index_block(r->l->index, n, &r->at, f) ||
        ledger_read(r->l, &r->at.node, !whole, &r->text, f))
        return -1;
    const char *end = memchr(r->text.data, '\n', r->text.len);
    return block_parse(r->text.data, (size_t)(end - r->text.data), &r->header, f);
}

/* A line of the block, forwards or backwards: *at is where the next one begins, or where the last
 * one ended. */
static const char *next_line(const struct buf *text, size_t *at, bool back, size_t *len)
{
    const char *line, *end;
    if (back) {
        end = text->data + *at - 1;
        line = memrchr(text->data, '\n', *at - 1);
        line = line ? line + 1 : text->data;
        *at = (size_t)(line - text->data);
    } else {
        line = text->data + *at;
        end = memchr(line, '\n', text->len - *at);
        *at = (size_t)(end + 1 - text->data);
    }
    *len = (size_t)(end - line);
    return line;
}

/* Compares the body of a block that was read whole with its root. */
static int check_root(struct run *r, struct fault *f)
{
    struct merkle m;
    uint8_t id[SHA256_LEN];
    size_t at = (size_t)((const char *)memchr(r->text.data, '\n', r->text.len) - r->text.data) + 1;
    merkle_init(&m);
    while (at < r->text.len && memchr(r->text.data + at, '\n', r->text.len - at)) {
        size_t len;
        const char *line = next_line(&r->text, &at, false, &len);
        sha256(line, len, id);
        merkle_add(&m, id);
    }
    merkle_root(&m, id);
    if (at == r->text.len && m.count == (uint64_t)r->header.count &&
        memcmp(id, r->header.root, SHA256_LEN) == 0)
        return 0;
    fault_rule(f, "block: the ledger was changed: root does not match the lines");
    f->line = r->at.node.line;
    return -1;
}

/* The current block's transactions that involve the account, from its bytes. */
static int give_body(struct run *r, struct fault *f)
{
    bool back = r->h->newest_first;
    size_t len, at = back ? r->text.len : 0;
    int64_t count = r->header.count;
    if (!back)
        next_line(&r->text, &at, false, &len);
    for (int64_t i = 0; i < count; i++) {
        struct event e = {.line = r->at.node.line + 1 + (uint64_t)(back ? count - 1 - i : i)};
        const char *line = next_line(&r->text, &at, back, &len);
        int result = give_line(r, line, len, NULL, &e, f);
        if (result)
            return result;
    }
    return 0;
}

static int maybe_reward(struct run *r, struct fault *f)
{
    if (r->at.earned == 0 || !account_equal(&r->header.miner, &r->h->account))
        return 0;
    return give_reward(r, r->at.earned, f);
}

/* All events of the current block, from its bytes, except another effect. */
static int give_known(struct run *r, struct fault *f)
{
    bool back = r->h->newest_first;
    int result = back ? maybe_reward(r, f) : 0;
    if (result == 0)
        result = give_body(r, f);
    if (result == 0 && !back)
        result = maybe_reward(r, f);
    return result;
}

/* What the current block did to the account, as its journal has it, less the sum of its events. */
static int find_rest(struct run *r, int64_t *rest, struct fault *f)
{
    struct index *ix = r->l->index;
    struct account_state before, after;
    int64_t sum = 0;
    r->sum = &sum;
    int result = give_known(r, f);
    r->sum = NULL;
    if (result)
        return -1;
    int found = index_account_change(ix, &r->h->account, r->at.node.n, &before, &after, f);
    if (found <= 0)
        return found < 0 ? -1 : index_damage(ix, f);
    return r->balance != (r->h->newest_first ? after : before).balance ||
                   __builtin_sub_overflow(after.balance - before.balance, sum, rest) ||
                   *rest == INT64_MIN
               ? index_damage(ix, f)
               : 0;
}

static int give_rest(struct run *r, int64_t rest, struct fault *f)
{
    struct event e = {.kind = EVENT_OTHER, .line = r->at.node.line, .amount = rest};
    return rest ? give(r, &e, f) : 0;
}

/* A block that is read whole: one of the chain's own part, or with other effects. What such an
 * effect added may have been spent in the same block, so it comes first. */
static int give_block(struct run *r, int64_t n, struct fault *f)
{
    int64_t rest = 0;
    if (enter(r, n, true, f) || check_root(r, f))
        return -1;
    int has_effects = index_has_effects(r->l->index, &r->h->account, n, f);
    if (has_effects < 0 || (has_effects && find_rest(r, &rest, f)))
        return -1;
    r->has_effects = has_effects;
    int64_t first = (rest > 0) != r->h->newest_first ? rest : 0;
    int result = give_rest(r, first, f);
    if (result == 0)
        result = give_known(r, f);
    if (result == 0)
        result = give_rest(r, rest - first, f);
    return result;
}

static int give_own(struct run *r, struct fault *f)
{
    const struct chain *c = &r->chain;
    int64_t low = r->from > c->fork ? r->from : c->fork + 1, result = 0;
    for (int64_t i = low; i <= r->to && result == 0; i++) {
        int64_t height = r->h->newest_first ? r->to - (i - low) : i;
        result = give_block(r, c->own[height - c->fork - 1], f);
    }
    return (int)result;
}

/* --- The best chain --------------------------------------------------------------------------- */

/* The grant, if there is one; grants are in genesis. */
static int give_grant(struct run *r, struct fault *f)
{
    struct account_state a;
    struct event e = {.kind = EVENT_GRANT};
    char wanted[ACCOUNT_TEXT_MAX + 32];
    size_t len = 0, at = 0;
    if (index_account_at(r->l->index, &r->h->account, 0, &a, f))
        return -1;
    if (a.balance == 0)
        return 0;
    if (enter(r, 0, true, f) || check_root(r, f))
        return -1;
    e.amount = a.balance;
    int n = snprintf(wanted, sizeof wanted, "grant %s %" PRId64, r->account.text, a.balance);
    for (e.line = r->at.node.line; at < r->text.len; e.line++) {
        const char *line = next_line(&r->text, &at, false, &len);
        if (len == (size_t)n && memcmp(line, wanted, len) == 0)
            return give(r, &e, f);
    }
    return index_damage(r->l->index, f);
}

static int give_tx(struct run *r, const struct index_event *e, struct fault *f)
{
    struct event out = {.line = r->at.node.line + 1 + (uint64_t)e->line};
    if (e->size == 0 || e->size > LINE_MAX_LEN || e->offset > r->window.end ||
        e->size > r->window.end - e->offset)
        return index_damage(r->l->index, f);
    const char *line = window_read(&r->window, e->offset, e->size, f);
    if (!line)
        return -1;
    sha256(line, (size_t)e->size, out.id);
    if (memcmp(out.id, e->id, ID_LEN)) {
        fault_rule(f, "tx: the ledger was changed: it no longer holds %s here", hex32(e->id).text);
        f->line = out.line;
        return -1;
    }
    return give_line(r, line, (size_t)e->size, e->id, &out, f);
}

static int give_event(struct run *r, const struct index_event *e, struct fault *f)
{
    if (e->kind == INDEX_EVENT_BLOCK)
        return give_block(r, e->block, f);
    if (r->at.node.n != e->block && enter(r, e->block, false, f))
        return -1;
    return e->kind == INDEX_EVENT_TX ? give_tx(r, e, f) : give_reward(r, e->earned, f);
}

static int give_events(struct run *r, int64_t from, int64_t to, struct fault *f)
{
    struct index_walk w;
    struct index_event e;
    int result = 0, got = 0;
    if (index_walk_begin(r->l->index, &r->h->account, from, to, r->h->newest_first, &w, f))
        result = -1;
    while (result == 0 && (got = index_walk_next(&w, &e, f)) > 0)
        result = give_event(r, &e, f);
    index_walk_end(&w);
    return got < 0 ? -1 : result;
}

static int give_best(struct run *r, struct fault *f)
{
    bool back = r->h->newest_first;
    int64_t to = r->to < r->chain.fork ? r->to : r->chain.fork;
    int result = r->from == 0 && !back ? give_grant(r, f) : 0;
    if (result == 0 && to > 0 && r->from <= to)
        result = give_events(r, r->from > 0 ? r->from : 1, to, f);
    if (result == 0 && r->from == 0 && back)
        result = give_grant(r, f);
    return result;
}

/* --- Times ------------------------------------------------------------------------------------ */

/* A block's time is after the median of those before it, and medians never fall; nor does the
 * latest time so far. So both can be searched by bisection, and the blocks between the results are
 * checked one by one. */
static int reaches(struct run *r, int64_t height, bool *yes, struct fault *f)
{
    struct index_block b;
    int found = index_block_at(r->l->index, height, &b, f);
    *yes = found > 0 && b.latest >= r->h->since;
    return found ? (found < 0 ? -1 : 0) : index_damage(r->l->index, f);
}

static int has_passed(struct run *r, int64_t height, bool *yes, struct fault *f)
{
    struct node parent;
    int64_t median;
    int found = index_at_height(r->l->index, height - 1, &parent, f);
    if (found <= 0)
        return found < 0 ? -1 : index_damage(r->l->index, f);
    if (tree_median(&r->l->tree, &parent, &median, f))
        return -1;
    *yes = median >= r->h->until;
    return 0;
}

/* The first height in low to high - 1 for which the question is true; high: none. */
static int search(struct run *r, int (*ask)(struct run *, int64_t, bool *, struct fault *),
                  int64_t low, int64_t high, int64_t *found, struct fault *f)
{
    bool yes = false;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (ask(r, middle, &yes, f))
            return -1;
        if (yes)
            high = middle;
        else
            low = middle + 1;
    }
    *found = low;
    return 0;
}

/* Narrows the heights to those that can have these times. The chain's own blocks are checked one by
 * one later. */
static int narrow(struct run *r, struct fault *f)
{
    int64_t fork = r->chain.fork, found;
    if (r->h->since > 0 && r->from <= fork && search(r, reaches, r->from, fork + 1, &r->from, f))
        return -1;
    if (r->h->until == INT64_MAX || fork < 1)
        return 0;
    if (search(r, has_passed, 1, fork + 1, &found, f))
        return -1;
    if (found <= fork && r->to >= found)
        r->to = found - 1;
    return 0;
}

/* --- The whole -------------------------------------------------------------------------------- */

/* Reports everything between the heights, and compares the final balance with the index's. */
static int give_all(struct run *r, struct fault *f)
{
    const struct history *h = r->h;
    struct index *ix = r->l->index;
    struct account_state first, last;
    if (r->from > r->to || h->count == 0)
        return 0;
    if (account_on(ix, &r->chain, &h->account, r->from - 1, &first, f) ||
        account_on(ix, &r->chain, &h->account, r->to, &last, f))
        return -1;
    r->balance = h->newest_first ? last.balance : first.balance;
    int result = h->newest_first ? give_own(r, f) : give_best(r, f);
    if (result == 0)
        result = h->newest_first ? give_best(r, f) : give_own(r, f);
    if (result == 0 && r->balance != (h->newest_first ? first.balance : last.balance))
        return index_damage(ix, f);
    return result < 0 ? -1 : 0;
}

int64_t history_each(struct ledger *l, const struct history *h,
                     int (*each)(void *self, const struct event *e, struct fault *f), void *self,
                     struct fault *f)
{
    struct run r = {.l = l, .h = h, .each = each, .self = self, .from = h->from, .to = h->to};
    r.window = (struct window){.fd = l->file.fd, .end = l->mark.end};
    r.at.node.n = -1;
    r.account = account_text(&h->account);
    int result = find_chain(l->index, &h->tip, &r.chain, f);
    if (result == 0) {
        if (r.to > r.chain.tip)
            r.to = r.chain.tip;
        result = narrow(&r, f) || give_all(&r, f) ? -1 : 0;
    }
    free(r.chain.own);
    buf_free(&r.text);
    window_free(&r.window);
    return result ? -1 : r.given;
}
