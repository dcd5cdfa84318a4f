#include "export/tsv.h"

#include "export/accounts.h"
#include "export/shifts.h"
#include "state/members.h"

/* Four ids or names, four numbers, a memo and separators. */
enum { ROW_MAX = 2 * ACCOUNT_TEXT_MAX + 2 * 2 * ID_LEN + 5 * NUMBER_MAX + TEXT_FORM_MAX + 64 };

/* The columns that all rows of a block begin with, HEIGHT TIME BLOCK, each followed by a tab. */
struct block_columns {
    char text[2 * NUMBER_MAX + 2 * ID_LEN + 3];
    size_t len;
};

static void find_place(struct block_columns *at, const struct item *item)
{
    char *p = put_number(at->text, item->block.height);
    *p++ = '\t';
    p = put_number(p, item->block.time);
    *p++ = '\t';
    p = put_id(p, item->id);
    *p++ = '\t';
    at->len = (size_t)(p - at->text);
}

int tsv_begin(struct buf *out, struct fault *f)
{
    static const char names[] =
        "height\ttime\tblock\tkind\tid\tseq\tpayer\tpayee\tamount\tfee\tmemo\n";
    return buf_add(out, names, sizeof names - 1) ? fault_memory(f) : 0;
}

/* The row of one payment of a transaction; of one that pays nobody: no payee, amount 0, no memo. */
static char *put_move(char *p, const struct tsv *t, const struct entry *e, const struct move *m,
                      int64_t fee)
{
    p = put_string(p, e->tx.operation->name);
    *p++ = '\t';
    p = put_id(p, e->id);
    *p++ = '\t';
    p = put_number(p, e->tx.seq);
    *p++ = '\t';
    p = put_account(p, t->book, &e->tx.from);
    *p++ = '\t';
    p = m ? put_account(p, t->book, &m->to) : p;
    *p++ = '\t';
    p = put_number(p, m ? m->amount : 0);
    *p++ = '\t';
    p = put_number(p, fee);
    *p++ = '\t';
    return m ? put(p, m->memo.text, m->memo.len) : p;
}

/* The row of money that comes from nobody: no payer, no seq, no fee, no memo. */
static char *put_new(char *p, const struct tsv *t, const char *kind, const uint8_t *id,
                     const struct account *payee, int64_t amount)
{
    p = put_string(p, kind);
    *p++ = '\t';
    p = id ? put_id(p, id) : p;
    p = put(p, "\t\t\t", 3);
    p = put_account(p, t->book, payee);
    *p++ = '\t';
    p = put_number(p, amount);
    return put(p, "\t0\t", 3);
}

/* Begins a row: where its text goes on, up to end_row. NULL: no memory. */
static char *begin_row(struct buf *out, const struct block_columns *at)
{
    return buf_reserve(out, ROW_MAX) ? NULL : put(out->data + out->len, at->text, at->len);
}

static void end_row(struct buf *out, char *p)
{
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
}

/* The row of a fee that a sponsor pays: no seq, no payee, amount 0, no memo. */
static int put_sponsor(struct buf *out, const struct tsv *t, const struct block_columns *at,
                       const struct entry *e, struct fault *f)
{
    char *p = begin_row(out, at);
    if (!p)
        return fault_memory(f);
    p = put_id(put_string(p, "sponsor\t"), e->id);
    p = put_account(put(p, "\t\t", 2), t->book, &e->tx.sponsor);
    p = put_number(put_string(p, "\t\t0\t"), e->tx.fee);
    *p++ = '\t';
    end_row(out, p);
    return 0;
}

/* The rows of a transaction; its fee is in the first, unless its sponsor pays it. */
static int put_tx(struct buf *out, const struct tsv *t, const struct block_columns *at,
                  const struct entry *e, struct fault *f)
{
    struct move m;
    size_t next = 0;
    bool paid = tx_next_move(&e->tx, &next, &m);
    int64_t fee = e->tx.has_sponsor ? 0 : e->tx.fee;
    do {
        char *p = begin_row(out, at);
        if (!p)
            return fault_memory(f);
        end_row(out, put_move(p, t, e, paid ? &m : NULL, fee));
        fee = 0;
    } while (tx_next_move(&e->tx, &next, &m));
    return e->tx.has_sponsor ? put_sponsor(out, t, at, e, f) : 0;
}

static int put_grant(struct buf *out, const struct tsv *t, const struct block_columns *at,
                     const struct entry *e, struct fault *f)
{
    char *p = begin_row(out, at);
    if (!p)
        return fault_memory(f);
    end_row(out, put_new(p, t, "grant", e->id, &e->grant.account, e->grant.amount));
    return 0;
}

static int put_earned(struct buf *out, const struct tsv *t, const struct block_columns *at,
                      const struct item *item, const char *kind, int64_t amount, struct fault *f)
{
    char *p = begin_row(out, at);
    if (!p)
        return fault_memory(f);
    end_row(out, put_new(p, t, kind, NULL, &item->block.miner, amount));
    return 0;
}

/* --- Stakes ----------------------------------------------------------------------------------- */

/* The block that is being written. */
struct writing {
    struct tsv *t;
    const struct item *item;
    struct block_columns at;
    const uint8_t *id; /* of the transaction that does it; NULL: the block itself */
    struct buf *out;
};

static const char *shift_kind(const struct shift *s, bool by_tx)
{
    if (s->from == PLACE_NOWHERE)
        return "member";
    if (s->to == PLACE_NOWHERE)
        return "slashed";
    if (s->to == PLACE_STAKE)
        return "staked";
    if (s->to == PLACE_UNBONDING)
        return "unbonding";
    return by_tx ? "bounty" : "returned";
}

static char *put_place(char *p, const struct tsv *t, enum place place, const struct account *of)
{
    if (place == PLACE_NOWHERE)
        return p;
    if (place != PLACE_BALANCE)
        p = put_string(p, place == PLACE_STAKE ? "stake:" : "unbonding:");
    return put_account(p, t->book, of);
}

/* The row of what goes to a stake or comes from it: no seq, no fee, no memo. */
static int put_shift(void *self, const struct shift *s, struct fault *f)
{
    const struct writing *w = self;
    char *p = begin_row(w->out, &w->at);
    if (!p)
        return fault_memory(f);
    p = put_string(p, shift_kind(s, w->id != NULL));
    *p++ = '\t';
    p = w->id ? put_id(p, w->id) : p;
    p = put_place(put(p, "\t\t", 2), w->t, s->from, &s->payer);
    *p++ = '\t';
    p = put_place(p, w->t, s->to, &s->payee);
    *p++ = '\t';
    p = put_number(p, s->amount);
    end_row(w->out, put(p, "\t0\t", 3));
    return 0;
}

static int apply_and_put(struct writing *w, const struct apply_context *in, const struct entry *e,
                         int64_t *fees, struct fault *f)
{
    struct shifts shifts;
    w->id = e->id;
    if (shifts_apply(in, &e->tx, fees, &shifts, f) || put_tx(w->out, w->t, &w->at, e, f))
        return -1;
    for (size_t i = 0; i < shifts.count; i++)
        if (put_shift(w, &shifts.list[i], f))
            return -1;
    return 0;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static int put_entry(struct writing *w, const struct apply_context *in, const struct entry *e,
                     int64_t *fees, struct fault *f)
{
    if (e->type == &tx_type)
        return in->state ? apply_and_put(w, in, e, fees, f) : put_tx(w->out, w->t, &w->at, e, f);
    if (!e->grant.amount) /* a rule */
        return 0;
    if (in->state && apply_grant(in->state, &e->grant.account, e->grant.amount, in->supply, f))
        return -1;
    return put_grant(w->out, w->t, &w->at, e, f);
}

static int put_entries(struct writing *w, const struct apply_context *in, struct fault *f)
{
    int64_t fees = 0;
    for (size_t i = 0; i < w->item->count; i++)
        if (put_entry(w, in, &w->item->entries[i], &fees, f)) {
            f->line = w->item->line + 1 + i;
            return -1;
        }
    return 0;
}

static int put_miner(struct writing *w, struct fault *f)
{
    const struct chain *c = &w->t->chain;
    if (c->reward > 0 && put_earned(w->out, w->t, &w->at, w->item, "reward", c->reward, f))
        return -1;
    return c->fees > 0 ? put_earned(w->out, w->t, &w->at, w->item, "fees", c->fees, f) : 0;
}

static int ignore(void *self, const struct state_key *key, const struct state_value *value,
                  struct fault *f)
{
    (void)self, (void)key, (void)value, (void)f;
    return 0;
}

/* A block of a chain with stakes: what it does to them is known only from the state. */
static int put_staked(struct writing *w, const struct apply_context *in, struct fault *f)
{
    struct tsv *t = w->t;
    const struct chain *c = &t->chain;
    t->journal.len = 0;
    state_begin(in->state);
    if (w->item->is_genesis ? shifts_found(in, w->item, put_shift, w, f)
                            : shifts_begin(in, put_shift, w, f))
        return -1;
    if (put_entries(w, in, f))
        return -1;
    if (!w->item->is_genesis && apply_reward(in->state, &c->rules, c->height, &w->item->block.miner,
                                             c->fees, in->supply, f)) {
        f->line = w->item->line;
        return -1;
    }
    return members_end_block(in, f) || state_commit(in->state, &t->journal, f) ||
                   state_flush(in->state, ignore, NULL, f) || put_miner(w, f)
               ? -1
               : 0;
}

int tsv_put(struct tsv *t, const struct item *item, struct buf *out, struct fault *f)
{
    struct writing w = {.t = t, .item = item, .out = out};
    if (chain_take(&t->chain, item, f))
        return -1;
    bool stakes = t->chain.rules.minstake > 0;
    if (stakes && !t->state && !(t->state = state_new((struct state_backing){0})))
        return fault_memory(f);
    const struct apply_context in = {.state = stakes ? t->state : NULL,
                                     .chain = t->chain.genesis,
                                     .rules = &t->chain.rules,
                                     .height = item->block.height,
                                     .time = item->block.time,
                                     .supply = &t->supply};
    find_place(&w.at, item);
    if (stakes)
        return put_staked(&w, &in, f);
    return put_entries(&w, &in, f) || put_miner(&w, f) ? -1 : 0;
}

void tsv_free(struct tsv *t)
{
    state_free(t->state);
    buf_free(&t->journal);
    *t = (struct tsv){.book = t->book};
}
