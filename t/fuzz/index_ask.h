/*
 * Everything that programs ask of a ledger through its index, for t/fuzz/index.c: the answers as
 * text, so that two indexes can be held against each other.
 */
#ifndef FUZZ_INDEX_ASK_H
#define FUZZ_INDEX_ASK_H

#include "base/hex.h"
#include "fuzz.h"
#include "index/lookup.h"
#include "query/graph.h"
#include "query/history.h"
#include "query/proving.h"
#include "watch/watch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { ANSWERS_MAX = 1 << 20, TIMES_FROM = 1700000025, TIMES_TO = 1700000055 };

/* Of whom and what is asked: alice, bob, miner, and nobody. */
static const char *const asked_ids[] = {
    "a6983d081e720892d76e3754232ea0d18c83d1380196881d09500a83211cddde",
    "0ed61aac85fcc95e5b8692a6f22b430f824870b4dc5abff3c967b12ec19b1cff",
    "c2c472dbf871815b3c734d687724f8ef551acae0abdfa564bc58733859de4895",
    "0000000000000000000000000000000000000000000000000000000000000001",
};

enum { ASKED_IDS = sizeof asked_ids / sizeof asked_ids[0] };

struct asking {
    struct ledger *l;
    struct buf *out;
    struct fault f;
};

__attribute__((format(printf, 2, 3))) static inline int say(struct asking *a, const char *form, ...)
{
    char text[512];
    va_list values;
    va_start(values, form);
    int n = vsnprintf(text, sizeof text, form, values);
    va_end(values);
    must(n >= 0 && n < (int)sizeof text && a->out->len < ANSWERS_MAX);
    must(buf_add(a->out, text, (size_t)n) == 0);
    return 0;
}

/* --- Accounts --------------------------------------------------------------------------------- */

static inline int say_account(void *self, const struct account *id, const struct account_state *x,
                              struct fault *f)
{
    (void)f;
    return say(self, "%s %" PRId64 " %" PRId64 "\n", account_text(id).text, x->balance, x->seq);
}

static inline int say_event(void *self, const struct event *e, struct fault *f)
{
    (void)f;
    must(e->balance >= 0 && e->amount >= 0 && e->fee >= 0);
    return say(self, "%d %" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64 " %s %.*s\n", e->kind,
               e->line, e->amount, e->fee, e->balance, hex32(e->block_id).text,
               e->kind == EVENT_GRANT || e->kind == EVENT_REWARD ? 0 : (int)e->memo.len,
               e->memo.text);
}

static inline int ask_history(struct asking *a, const struct node *tip, const char *digits)
{
    struct history h = {.tip = *tip, .to = INT64_MAX, .until = INT64_MAX, .count = 64};
    struct account_state x;
    must(hex_decode(h.account.id, digits, ID_LEN) == 0);
    if (history_account(a->l, &h.account, tip, &x, &a->f) ||
        say_account(a, &h.account, &x, &a->f) || history_each(a->l, &h, say_event, a, &a->f) < 0)
        return -1;
    h.newest_first = true;
    if (history_each(a->l, &h, say_event, a, &a->f) < 0)
        return -1;
    h.since = TIMES_FROM;
    h.until = TIMES_TO;
    h.from = 2;
    return history_each(a->l, &h, say_event, a, &a->f) < 0 ? -1 : 0;
}

static inline int ask_accounts(struct asking *a)
{
    return account_walk(a->l->tree.state, say_account, a, &a->f);
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static inline int say_place(void *self, const struct block_place *p, struct fault *f)
{
    (void)f;
    return say(self, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", hex32(p->id).text, p->offset,
               p->size, p->line);
}

static inline int say_side(void *self, const struct node *node, struct fault *f)
{
    (void)f;
    return say(self, "side %" PRId64 " %s\n", node->n, hex32(node->id).text);
}

/* Where a block's first line stands, looked up, and proved. */
static inline int ask_body(struct asking *a, const struct node *node)
{
    struct batch b = {0};
    int result = ledger_read_item(a->l, node, &b, &a->f);
    for (size_t i = 0; result == 0 && i < b.items[0].count && i < 1; i++) {
        struct proof p;
        struct node holder;
        struct buf header = {0};
        bool off_best;
        const uint8_t *id = b.items[0].entries[i].id;
        int found = proving_find(a->l, id, NULL, &holder, &off_best, &a->f);
        if (found > 0 && proving_make(a->l, &holder, id, &p, &header, &a->f) < 0)
            found = -1;
        if (found >= 0 && proving_find(a->l, id, node, &holder, &off_best, &a->f) < 0)
            found = -1;
        say(a, "line %s %d %zu\n", hex32(id).text, found, header.len);
        buf_free(&header);
        result = found < 0 ? -1 : 0;
    }
    batch_free(&b);
    return result;
}

static inline int ask_block(struct asking *a, int64_t n)
{
    struct index_block b;
    struct node node, found;
    int64_t median;
    if (tree_get(&a->l->tree, n, &node, &a->f) || index_block(a->l->index, n, &b, &a->f) ||
        tree_find(&a->l->tree, node.id, &found, &a->f) < 0 ||
        tree_median(&a->l->tree, &node, &median, &a->f))
        return -1;
    int checked = index_checked(a->l->index, node.id, &a->f);
    if (checked < 0)
        return -1;
    say(a, "%s %" PRId64 " %" PRId64 " %" PRId64 " %d %d\n", hex32(node.id).text, node.height,
        node.earned, median, b.is_main, checked);
    bool is_tip = node.n == a->l->tree.best.n;
    for (int i = 0; i < ASKED_IDS && (is_tip || !b.is_main); i++)
        if (ask_history(a, &node, asked_ids[i]))
            return -1;
    return ask_body(a, &node) || tree_move(&a->l->tree, &node, &a->f) ? -1 : 0;
}

static inline int ask_blocks(struct asking *a)
{
    struct node node;
    for (int64_t n = 0; n < a->l->tree.count; n++)
        if (ask_block(a, n))
            return -1;
    for (int64_t height = -1; height < 12; height++)
        if (index_at_height(a->l->index, height, &node, &a->f) < 0)
            return -1;
    return index_best_from(a->l->index, 0, say_place, a, &a->f) ||
                   index_sides(a->l->index, 0, say_side, a, &a->f)
               ? -1
               : 0;
}

/* --- What came of it -------------------------------------------------------------------------- */

static inline void say_lines(void *self, const char *lines, size_t n)
{
    struct asking *a = self;
    must(a->out->len < ANSWERS_MAX && buf_add(a->out, lines, n) == 0);
}

static inline int ask_turns(struct asking *a)
{
    struct ledger_watch w = {
        .name = "x", .tell = say_lines, .self = a, .culprits = culprits_new(64)};
    struct graph g = {0};
    int got;
    must(w.culprits && watch_begin(&w) == 0);
    while ((got = watch_next(&w, a->l, &a->f)) > 0)
        ;
    watch_free(&w);
    culprits_free(w.culprits);
    if (got == 0 && graph_read(&g, a->l, 0, INT64_MAX, &a->f))
        got = -1;
    if (got == 0) {
        graph_fold(&g, 2);
        say(a, "%zu %" PRId64 " %" PRId64 "\n", g.count, g.reorgs, g.deepest);
    }
    graph_free(&g);
    return got;
}

/* A transaction that was spent long ago, judged again. */
static inline int ask_spender(struct asking *a, const char *line, size_t len)
{
    struct tx tx;
    struct fault f = {0};
    uint8_t id[ID_LEN];
    must(tx_parse(line, len, &tx, &f) == 0);
    sha256(line, len, id);
    if (tree_unspent(&a->l->tree, &tx, id, &f) == 0)
        return 0;
    a->f = f;
    return f.kind == FAULT_RULE ? say(a, "%s\n", f.text) : -1;
}

/* Everything, of a ledger that is open. 0, or -1 and a fault; what it says is *out. */
static inline int ask_all(struct ledger *l, struct buf *out, const char *spent, size_t spent_len)
{
    struct asking a = {.l = l, .out = out};
    say(&a, "%s %" PRId64 "\n", hex32(l->tree.best.id).text, l->tree.best.height);
    int result = ask_spender(&a, spent, spent_len) || ask_accounts(&a) || ask_blocks(&a) ||
                         ask_turns(&a) || ledger_refresh(l, &a.f) < 0
                     ? -1
                     : 0;
    must(result == 0 || (a.f.kind != FAULT_NONE && a.f.text[0]));
    return result;
}

#endif
