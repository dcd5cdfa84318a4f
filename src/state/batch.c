/* batch: up to 256 payments in one transaction (tx(5), "Operations"). */
#include "state/pay.h"

struct batch_payments {
    struct piece memo, payments; /* TO AMOUNT, TO AMOUNT ... */
};
_Static_assert(sizeof(struct batch_payments) <= TX_ARGUMENTS_MAX, "it is kept in struct tx");

/* Whether the payments go on: what may follow them is no account. */
static bool at_account(const struct cursor *c)
{
    struct cursor ahead = *c;
    struct account to;
    struct fault ignored;
    return account_field(cursor_take_field(&ahead), "", &to, &ignored) == 0;
}

static int take_payment(struct cursor *c, struct fault *f)
{
    struct account to;
    int64_t amount;
    if (cursor_take_account(c, "tx: to", &to, f) || cursor_take_number(c, "tx: amount", &amount, f))
        return -1;
    return amount ? 0 : fault_rule(f, "tx: amount is 0");
}

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct batch_payments b;
    struct field memo;
    int count = 0;
    if (cursor_take_text(c, "tx: memo", &memo, f))
        return -1;
    const char *begin = c->text;
    do {
        if (count++ == BATCH_MAX)
            return fault_rule(f, "tx: batch: over %d payments", BATCH_MAX);
        if (take_payment(c, f))
            return -1;
    } while (at_account(c));
    b.memo = tx_piece(tx, memo);
    b.payments = tx_piece(tx, (struct field){begin, (size_t)(c->text - begin)});
    memcpy(tx->arguments, &b, sizeof b);
    return 0;
}

static bool moves(const struct tx *tx, size_t *at, struct move *out)
{
    struct batch_payments b;
    memcpy(&b, tx->arguments, sizeof b);
    struct field all = tx_field(tx, b.payments);
    struct cursor c = {all.text + *at, tx->line + tx->len};
    struct fault never;
    cursor_take_account(&c, "", &out->to, &never);
    cursor_take_number(&c, "", &out->amount, &never);
    out->memo = tx_field(tx, b.memo);
    *at = (size_t)(c.text - all.text);
    if (*at >= all.len)
        *at = MOVES_END;
    return true;
}

const struct operation operation_batch = {
    .name = "batch",
    .allow = "batch",
    .arguments = {{"memo", ARGUMENT_TEXT, NULL},
                  {"to", ARGUMENT_ACCOUNT, "payees"},
                  {"amount", ARGUMENT_NUMBER, "amounts"}},
    .repeated = 2,
    .parse = parse,
    .moves = moves,
};

int batch_words(const struct move *payment, struct buf *out)
{
    if (out->len == 0 &&
        (buf_add_string(out, "batch ") || buf_add(out, payment->memo.text, payment->memo.len)))
        return -1;
    return buf_add_string(out, " ") || buf_add_string(out, account_text(&payment->to).text) ||
                   buf_add_string(out, " ") || buf_add_number(out, payment->amount)
               ? -1
               : 0;
}
