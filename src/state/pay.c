#include "state/pay.h"

#include <inttypes.h>
#include <stdio.h>

struct pay {
    struct account to;
    int64_t amount;
    struct piece memo;
};
_Static_assert(sizeof(struct pay) <= TX_ARGUMENTS_MAX, "a payment is kept in struct tx");

static int parse(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct pay pay;
    struct field memo;
    if (cursor_take_account(c, "tx: to", &pay.to, f) ||
        cursor_take_number(c, "tx: amount", &pay.amount, f) ||
        cursor_take_text(c, "tx: memo", &memo, f))
        return -1;
    pay.memo = tx_piece(tx, memo);
    memcpy(tx->arguments, &pay, sizeof pay);
    return pay.amount ? 0 : fault_rule(f, "tx: amount is 0");
}

static bool moves(const struct tx *tx, size_t *at, struct move *out)
{
    struct pay pay;
    memcpy(&pay, tx->arguments, sizeof pay);
    *at = MOVES_END;
    *out = (struct move){pay.to, pay.amount, tx_field(tx, pay.memo)};
    return true;
}

const struct operation operation_pay = {
    .name = "pay",
    .arguments = {{"to", ARGUMENT_ACCOUNT, NULL},
                  {"amount", ARGUMENT_NUMBER, NULL},
                  {"memo", ARGUMENT_TEXT, NULL}},
    .parse = parse,
    .moves = moves,
};

int pay_words(const struct move *payment, struct buf *out)
{
    char words[ACCOUNT_TEXT_MAX + 20 + 8];
    int n = snprintf(words, sizeof words, "pay %s %" PRId64 " ", account_text(&payment->to).text,
                     payment->amount);
    return buf_add(out, words, (size_t)n) || buf_add(out, payment->memo.text, payment->memo.len)
               ? -1
               : 0;
}
