#include "query/history_parts.h"

#include "base/hex.h"
#include "base/lines.h"
#include "hash/sha256.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The best chain --------------------------------------------------------------------------- */

/* The grant, if there is one; grants are in genesis. */
static int give_grant(struct history_run *r, struct fault *f)
{
    struct account_state a;
    struct event e = {.kind = EVENT_GRANT};
    char wanted[ACCOUNT_TEXT_MAX + 32];
    size_t len = 0, at = 0;
    if (index_account_at(r->l->index, &r->h->account, 0, &a, f))
        return -1;
    if (a.balance == 0)
        return 0;
    if (history_enter(r, 0, true, f) || history_check_root(r, f))
        return -1;
    e.amount = a.balance;
    int n = snprintf(wanted, sizeof wanted, "grant %s %" PRId64, r->account.text, a.balance);
    for (e.line = r->at.node.line; at < r->text.len; e.line++) {
        const char *line = history_next_line(&r->text, &at, false, &len);
        if (len == (size_t)n && memcmp(line, wanted, len) == 0)
            return history_give(r, &e, f);
    }
    return index_damage(r->l->index, f);
}

static int give_tx(struct history_run *r, const struct index_event *e, struct fault *f)
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
    return history_give_line(r, line, (size_t)e->size, e->id, &out, f);
}

static int give_event(struct history_run *r, const struct index_event *e, struct fault *f)
{
    if (e->kind == INDEX_EVENT_BLOCK)
        return history_give_block(r, e->block, f);
    if (r->at.node.n != e->block && history_enter(r, e->block, false, f))
        return -1;
    return e->kind == INDEX_EVENT_TX ? give_tx(r, e, f) : history_give_reward(r, e->earned, f);
}

static int give_events(struct history_run *r, int64_t from, int64_t to, struct fault *f)
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

static int give_best(struct history_run *r, struct fault *f)
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
static int reaches(struct history_run *r, int64_t height, bool *yes, struct fault *f)
{
    struct index_block b;
    int found = index_block_at(r->l->index, height, &b, f);
    *yes = found > 0 && b.latest >= r->h->since;
    return found ? (found < 0 ? -1 : 0) : index_damage(r->l->index, f);
}

static int has_passed(struct history_run *r, int64_t height, bool *yes, struct fault *f)
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
static int search(struct history_run *r,
                  int (*ask)(struct history_run *, int64_t, bool *, struct fault *), int64_t low,
                  int64_t high, int64_t *found, struct fault *f)
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
static int narrow(struct history_run *r, struct fault *f)
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

static int give_own(struct history_run *r, struct fault *f)
{
    const struct history_chain *c = &r->chain;
    int64_t low = r->from > c->fork ? r->from : c->fork + 1, result = 0;
    for (int64_t i = low; i <= r->to && result == 0; i++) {
        int64_t height = r->h->newest_first ? r->to - (i - low) : i;
        result = history_give_block(r, c->own[height - c->fork - 1], f);
    }
    return (int)result;
}

/* Reports everything between the heights, and compares the final balance with the index's. */
static int give_all(struct history_run *r, struct fault *f)
{
    const struct history *h = r->h;
    struct index *ix = r->l->index;
    struct account_state first, last;
    if (r->from > r->to || h->count == 0)
        return 0;
    if (history_account_on(ix, &r->chain, &h->account, r->from - 1, &first, f) ||
        history_account_on(ix, &r->chain, &h->account, r->to, &last, f))
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
    struct history_run r = {
        .l = l, .h = h, .each = each, .self = self, .from = h->from, .to = h->to};
    r.window = (struct window){.fd = l->file.fd, .end = l->mark.end};
    r.at.node.n = -1;
    r.account = account_text(&h->account);
    int result = history_find_chain(l->index, &h->tip, &r.chain, f);
    if (result == 0) {
        if (r.to > r.chain.tip)
            r.to = r.chain.tip;
        result = narrow(&r, f) || give_all(&r, f) ? -1 : 0;
    }
    free(r.chain.own);
    free(r.parts);
    buf_free(&r.journal);
    buf_free(&r.text);
    window_free(&r.window);
    return result ? -1 : r.given;
}
