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

static char *put_pay(char *p, const struct tsv *t, const struct entry *e)
{
    p = put(p, "pay\t", 4);
    p = put_id(p, e->id);
    *p++ = '\t';
    p = put_number(p, e->tx.seq);
    *p++ = '\t';
    p = put_account(p, t->book, &e->tx.from);
    *p++ = '\t';
    p = put_account(p, t->book, &e->tx.to);
    *p++ = '\t';
    p = put_number(p, e->tx.amount);
    *p++ = '\t';
    p = put_number(p, e->tx.fee);
    *p++ = '\t';
    return put(p, e->tx.memo.text, e->tx.memo.len);
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

static int put_entry(struct buf *out, const struct tsv *t, const struct place *at,
                     const struct entry *e, struct fault *f)
{
    if (e->type != &tx_type && e->grant.amount == 0) /* a rule */
        return 0;
    if (buf_reserve(out, ROW_MAX))
        return fault_memory(f);
    char *p = put(out->data + out->len, at->text, at->len);
    p = e->type == &tx_type ? put_pay(p, t, e)
                            : put_new(p, t, "grant", e->id, &e->grant.account, e->grant.amount);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
    return 0;
}

static int put_earned(struct buf *out, const struct tsv *t, const struct place *at,
                      const struct item *item, const char *kind, int64_t amount, struct fault *f)
{
    if (buf_reserve(out, ROW_MAX))
        return fault_memory(f);
    char *p = put(out->data + out->len, at->text, at->len);
    p = put_new(p, t, kind, NULL, &item->block.miner, amount);
    *p++ = '\n';
    out->len = (size_t)(p - out->data);
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
