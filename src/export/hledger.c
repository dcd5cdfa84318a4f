#include "export/hledger_parts.h"

#include "state/members.h"

#include <stdlib.h>

/* The context of a loop over the state's accounts. */
struct writing {
    const struct hledger *h;
    struct buf *out;
    size_t count;
    struct buf keys; /* whose stakes have changed */
};

struct hledger *hledger_new(const struct book *book)
{
    struct hledger *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->book = book;
    h->state = state_new((struct state_backing){0});
    if (h->state)
        return h;
    free(h);
    return NULL;
}

void hledger_free(struct hledger *h)
{
    if (!h)
        return;
    state_free(h->state);
    buf_free(&h->journal);
    free(h);
}

/* The balance, at its end, of an account that a block has touched. */
static int put_assertion(void *self, const struct state_key *key, const struct state_value *value,
                         struct fault *f)
{
    struct writing *w = self;
    struct account id;
    struct account_state a;
    if (!account_of_state(key, &id))
        return w->h->chain.rules.minstake ? hledger_note(&w->keys, key, f) : 0;
    if (account_decode(value, &a))
        return fault_trouble(f, "broken account in the state");
    if (buf_reserve(w->out, POSTING_MAX))
        return fault_memory(f);
    char *p = put(hledger_place(w->out->data + w->out->len, w->h, PLACE_BALANCE, &id), "  ", 2);
    p = hledger_amount(p, w->h, 0);
    p = hledger_amount(put(p, " = ", 3), w->h, a.balance);
    *p++ = '\n';
    w->out->len = (size_t)(p - w->out->data);
    w->count++;
    return 0;
}

/* --- Transactions --------------------------------------------------------------------------- */

/* One of many payments, to FROM itself: together they may be more than it had, or than a number
 * holds, and so each is taken from FROM by a posting of its own. */
static bool is_circular(const struct tx *tx, const struct move *m)
{
    return tx->operation->repeated && account_equal(&m->to, &tx->from);
}

/* What FROM pays, and a sponsor. */
static char *put_spent(char *p, const struct hledger *h, const struct tx *tx)
{
    struct move m;
    int64_t spent = tx->has_sponsor ? 0 : tx->fee;
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        if (!is_circular(tx, &m))
            spent += m.amount;
    p = hledger_posting(p, h, PLACE_BALANCE, &tx->from, -spent);
    return tx->has_sponsor ? hledger_posting(p, h, PLACE_BALANCE, &tx->sponsor, -tx->fee) : p;
}

/* A transaction of the journal: its head, with the first payee and the memo; what FROM pays; what
 * others get. */
static int put_tx(struct hledger *h, const struct entry *e, const struct shifts *shifts,
                  struct buf *out, struct fault *f)
{
    const struct field none = {"-", 1};
    const struct tx *tx = &e->tx;
    struct move m = {.to = tx->from, .memo = none}, next;
    size_t at = 0;
    tx_next_move(tx, &at, &m);
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = hledger_head(out->data + out->len, h, e->id, &m.to, &m.memo);
    out->len = (size_t)(put_spent(p, h, tx) - out->data);
    for (at = 0; tx_next_move(tx, &at, &next);) {
        if (buf_reserve(out, 3 * POSTING_MAX))
            return fault_memory(f);
        p = out->data + out->len;
        if (is_circular(tx, &next))
            p = hledger_posting(p, h, PLACE_BALANCE, &tx->from, -next.amount);
        out->len = (size_t)(hledger_posting(p, h, PLACE_BALANCE, &next.to, next.amount) -
                            out->data);
    }
    if (buf_reserve(out, (2 * SHIFTS_MAX + 2) * POSTING_MAX))
        return fault_memory(f);
    p = out->data + out->len;
    for (size_t i = 0; i < shifts->count; i++)
        p = hledger_shift(p, h, &shifts->list[i]);
    p = hledger_equity(p, h, "fees", tx->fee);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

static int put_grant(struct hledger *h, const struct entry *e, struct buf *out, struct fault *f)
{
    const struct field none = {"-", 1};
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = hledger_head(out->data + out->len, h, e->id, &e->grant.account, &none);
    p = hledger_posting(p, h, PLACE_BALANCE, &e->grant.account, e->grant.amount);
    p = hledger_equity(p, h, "genesis", -e->grant.amount);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

/* Applies a line of the block, a transaction or a grant, and writes a transaction for it. */
static int put_entry(struct hledger *h, const struct apply_context *in, const struct entry *e,
                     int64_t *fees, struct buf *out, struct fault *f)
{
    struct shifts shifts;
    if (e->type == &tx_type)
        return shifts_apply(in, &e->tx, fees, &shifts, f) || put_tx(h, e, &shifts, out, f) ? -1 : 0;
    if (e->grant.amount == 0) /* a rule, or a line of members */
        return 0;
    return apply_grant(h->state, &e->grant.account, e->grant.amount, &h->supply, f) ||
                   put_grant(h, e, out, f)
               ? -1
               : 0;
}

static int put_entries(struct hledger *h, const struct apply_context *in, const struct item *item,
                       struct buf *out, struct fault *f)
{
    int64_t fees = 0;
    for (size_t i = 0; i < item->count; i++)
        if (put_entry(h, in, &item->entries[i], &fees, out, f)) {
            f->line = item->line + 1 + i;
            return -1;
        }
    return 0;
}

/* The block that is being written. */
struct beginning {
    const struct hledger *h;
    const struct item *item;
    struct buf *out;
};

static int put_shift(void *self, const struct shift *s, struct fault *f)
{
    struct beginning *b = self;
    return hledger_put_shift(b->h, b->item->id, s, b->out) ? fault_memory(f) : 0;
}

/* The block's own transaction: its miner's earnings, and the balances of all accounts that the
 * block has touched. (These are all the dirty ones, as each block ends by going through them.) */
static int put_block(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    const struct chain *c = &h->chain;
    struct writing w = {.h = h, .out = out};
    size_t begin = out->len;
    int64_t earned = c->reward + c->fees;
    if (buf_reserve(out, HEAD_MAX + 3 * POSTING_MAX))
        return fault_memory(f);
    char *p = hledger_head(out->data + out->len, h, item->id, &item->block.miner, NULL);
    if (earned > 0)
        p = hledger_posting(p, h, PLACE_BALANCE, &item->block.miner, earned);
    p = hledger_equity(p, h, "rewards", -c->reward);
    p = hledger_equity(p, h, "fees", -c->fees);
    out->len = (size_t)(p - out->data);
    int result = state_flush(h->state, put_assertion, &w, f) || hledger_assert(h, &w.keys, out, f)
                     ? -1
                     : 0;
    if (w.count + w.keys.len == 0)
        out->len = begin;
    else if (!result && buf_add(out, "\n", 1))
        result = fault_memory(f);
    buf_free(&w.keys);
    return result;
}

static int put_preamble(struct hledger *h, struct buf *out, struct fault *f)
{
    if (buf_reserve(out, 512 + 2 * TEXT_FORM_MAX))
        return fault_memory(f);
    hledger_set_unit(h);
    char *p = put_string(out->data + out->len, "; chain ");
    p = put_id(p, h->chain.genesis);
    p = put_string(p, "\n\n");
    p = put_string(put_string(p, "commodity 1000."), h->unit);
    *p++ = '\n';
    p = put_string(p, "account accounts  ; type:A\naccount equity  ; type:E\n"
                      "account equity:genesis\naccount equity:rewards\naccount equity:fees\n");
    if (h->chain.rules.minstake)
        p = put_string(p, "account stakes  ; type:A\naccount unbonding  ; type:A\n"
                          "account equity:slashed\n");
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

/* The whole block, with the state's journal open. */
static int put_all(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    const struct chain *c = &h->chain;
    const struct apply_context in = {.state = h->state,
                                     .chain = c->genesis,
                                     .rules = &c->rules,
                                     .height = item->block.height,
                                     .time = item->block.time,
                                     .supply = &h->supply};
    struct beginning b = {h, item, out};
    if (item->is_genesis ? shifts_found(&in, item, put_shift, &b, f)
                         : shifts_begin(&in, put_shift, &b, f))
        return -1;
    if (put_entries(h, &in, item, out, f))
        return -1;
    if (!item->is_genesis &&
        apply_reward(h->state, &c->rules, c->height, &item->block.miner, c->fees, &h->supply, f)) {
        f->line = item->line;
        return -1;
    }
    return members_end_block(&in, f) || put_block(h, item, out, f) ? -1 : 0;
}

int hledger_put(struct hledger *h, const struct item *item, struct buf *out, struct fault *f)
{
    if (chain_take(&h->chain, item, f) || (item->is_genesis && put_preamble(h, out, f)))
        return -1;
    h->journal.len = 0;
    hledger_set_date(h, item->block.time);
    state_begin(h->state);
    return put_all(h, item, out, f) || state_commit(h->state, &h->journal, f) ? -1 : 0;
}

static int put_declared(void *self, const struct state_key *key, const struct state_value *value,
                        struct fault *f)
{
    struct writing *w = self;
    struct account id;
    (void)value;
    if (!account_of_state(key, &id))
        return 0;
    if (buf_reserve(w->out, POSTING_MAX))
        return fault_memory(f);
    char *p = put_string(w->out->data + w->out->len, "account accounts:");
    p = put_account(p, w->h->book, &id);
    *p++ = '\n';
    w->out->len = (size_t)(p - w->out->data);
    return 0;
}

int hledger_end(struct hledger *h, struct buf *out, struct fault *f)
{
    struct writing w = {.h = h, .out = out};
    return account_loaded(h->state, put_declared, &w, f) || hledger_declare(h, out, f) ? -1 : 0;
}
