#include "export/tsv.h"

#include "export/accounts.h"

/* Four ids or names, four numbers, a memo and separators. */
enum { ROW_MAX = 2 * ACCOUNT_TEXT_MAX + 2 * 2 * ID_LEN + 5 * NUMBER_MAX + TEXT_FORM_MAX + 32 };

/* The columns that all rows of a block begin with, HEIGHT TIME BLOCK, each followed by a tab. */
struct place {
    char text[2 * NUMBER_MAX + 2 * ID_LEN + 3];
    size_t len;
};

static void find_place(struct place *at, const struct item *item)
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
static char *begin_row(struct buf *out, const struct place *at)
{
    return buf_reserve(out, ROW_MAX) ? NULL : put(out->data + out->len, at->text, at->len);
}

static void end_row(struct buf *out, char *p)
{
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
}

/* The row of a fee that a sponsor pays: no seq, no payee, amount 0, no memo. */
static int put_sponsor(struct buf *out, const struct tsv *t, const struct place *at,
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
static int put_tx(struct buf *out, const struct tsv *t, const struct place *at,
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

static int put_grant(struct buf *out, const struct tsv *t, const struct place *at,
                     const struct entry *e, struct fault *f)
{
    char *p = begin_row(out, at);
    if (!p)
        return fault_memory(f);
    end_row(out, put_new(p, t, "grant", e->id, &e->grant.account, e->grant.amount));
    return 0;
}

static int put_entry(struct buf *out, const struct tsv *t, const struct place *at,
                     const struct entry *e, struct fault *f)
{
    if (e->type == &tx_type)
        return put_tx(out, t, at, e, f);
    return e->grant.amount ? put_grant(out, t, at, e, f) : 0; /* else a rule */
}

static int put_earned(struct buf *out, const struct tsv *t, const struct place *at,
                      const struct item *item, const char *kind, int64_t amount, struct fault *f)
{
    char *p = begin_row(out, at);
    if (!p)
        return fault_memory(f);
    end_row(out, put_new(p, t, kind, NULL, &item->block.miner, amount));
    return 0;
}

int tsv_put(struct tsv *t, const struct item *item, struct buf *out, struct fault *f)
{
    struct place at;
    if (chain_take(&t->chain, item, f))
        return -1;
    find_place(&at, item);
    for (size_t i = 0; i < item->count; i++)
        if (put_entry(out, t, &at, &item->entries[i], f))
            return -1;
    if (t->chain.reward > 0 && put_earned(out, t, &at, item, "reward", t->chain.reward, f))
        return -1;
    return t->chain.fees > 0 ? put_earned(out, t, &at, item, "fees", t->chain.fees, f) : 0;
}
