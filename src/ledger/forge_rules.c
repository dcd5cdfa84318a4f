/* Forgeries against the rules of batches, sponsors and account forms. */
#include "base/chance.h"
#include "base/hex.h"
#include "ledger/forge_parts.h"

#include <inttypes.h>
#include <string.h>

enum { PAYMENTS_MAX = 256 };

/* --- Accounts --------------------------------------------------------------------------------- */

/* A payee of a form that this chain does not have. */
int forge_account(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                  struct forgery *out, struct fault *f)
{
    static const uint8_t forms[] = {ACCOUNT_POLICY, ACCOUNT_SLH_DSA};
    struct move m = {.amount = 0};
    uint64_t first = chance_below(&g->chance, sizeof forms);
    (void)sender;
    if (forge_payment_of(tx, "account", &m, f))
        return -1;
    for (uint64_t i = 0; i < sizeof forms; i++) {
        m.to.form = forms[(first + i) % sizeof forms];
        if (rules_account(&g->ledger->tree.rules, &m.to, "tx: to", &out->rule))
            return forge_put_payment(tx, &m, out, f);
    }
    return fault_rule(f, "account: this chain has all forms of accounts");
}

/* --- Batches ---------------------------------------------------------------------------------- */

static int put_word(struct buf *b, const char *word)
{
    return buf_add(b, " ", 1) || buf_add_string(b, word) ? -1 : 0;
}

/* The words of a batch with this payment so many times; number `zero` is of 0. 0, or -1. */
static int batch_of(const struct move *m, int count, int zero, struct buf *out)
{
    if (buf_add_string(out, "batch ") || buf_add(out, m->memo.text, m->memo.len))
        return -1;
    for (int i = 0; i < count; i++)
        if (put_word(out, account_text(&m->to).text) || buf_add(out, " ", 1) ||
            buf_add_number(out, i == zero ? 0 : m->amount))
            return -1;
    return 0;
}

int forge_batch(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                struct forgery *out, struct fault *f)
{
    struct move m = {.amount = 0};
    struct buf words = {0};
    bool many = chance_below(&g->chance, 2);
    int few = 1 + (int)chance_below(&g->chance, 4);
    (void)sender;
    if (tx->from.form == ACCOUNT_POLICY || forge_payment_of(tx, "batch", &m, f))
        return fault_rule(f, "batch: only of a payment by one key");
    int failed = batch_of(&m, many ? PAYMENTS_MAX + 1 : few, many ? -1 : few - 1, &words) ||
                 tx_format(tx, (struct field){words.data, words.len}, &out->line);
    buf_free(&words);
    if (failed)
        return fault_memory(f);
    out->whole = true;
    if (forge_put_signature(g, &tx->from, out, f) ||
        (tx->has_sponsor && forge_put_signature(g, &tx->sponsor, out, f)))
        return -1;
    forge_is_malformed(&out->line, &out->rule);
    return 0;
}

/* --- Sponsors --------------------------------------------------------------------------------- */

/* FROM itself, or the account of a policy; or, if there is one, one whose signature is cut short.
 */
int forge_sponsor(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                  struct forgery *out, struct fault *f)
{
    uint64_t how = chance_below(&g->chance, tx->has_sponsor ? 3 : 2);
    (void)sender;
    if (tx->from.form == ACCOUNT_POLICY)
        return fault_rule(f, "sponsor: only of a transaction by one key");
    if (how < 2) {
        tx->has_sponsor = true;
        tx->sponsor = tx->from;
    }
    if (how == 1)
        tx->sponsor.form = ACCOUNT_POLICY;
    if (forge_put_signed(g, tx, out, f))
        return -1;
    out->line.len -= how == 2;
    forge_is_malformed(&out->line, &out->rule);
    return 0;
}
