/* The operation `pay TO AMOUNT MEMO`. */
#include "base/hex.h"
#include "base/num.h"
#include "state/account.h"
#include "state/apply.h"

#include <inttypes.h>

static int cannot_pay(const struct tx *tx, int64_t balance, struct fault *f)
{
    fault_rule(f, "tx: %s has %" PRId64 ", needs %" PRIu64, account_text(&tx->from).text, balance,
               (uint64_t)tx->amount + (uint64_t)tx->fee);
    return fault_answers(f, FAULT_UNPAID);
}

int apply_pay(struct state *s, const struct tx *tx, struct account_state from, struct fault *f)
{
    int64_t cost;
    struct account_state to;
    if (number_add(tx->amount, tx->fee, &cost) || cost > from.balance)
        return cannot_pay(tx, from.balance, f);
    from.balance -= cost;
    from.seq++;
    if (account_put(s, &tx->from, &from, f) || account_get(s, &tx->to, &to, f))
        return -1;
    if (number_add(to.balance, tx->amount, &to.balance)) /* cannot be: it is part of the supply */
        return fault_rule(f, "tx: the payee's balance is over 2^63-1");
    return account_put(s, &tx->to, &to, f);
}
