/* Forgeries against the rules of batches, sponsors, account forms and accusations. */
#include "base/chance.h"
#include "base/hex.h"
#include "forge/tx_forge_parts.h"

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

/* --- Accusations ------------------------------------------------------------------------------ */

enum lie { ONE_LINE, TWO_HEIGHTS, TWO_STEPS, TWO_KEYS, TWO_KINDS, NO_EVIDENCE, LIES };

/* A vote, or another line of this type, by FROM or a key that is one more, with a false signature.
 * 0, or -1. */
static int put_line(struct forger *g, const struct tx *tx, const char *type, int64_t height,
                    const char *step, bool another, struct buf *out)
{
    uint8_t key[ID_LEN], signature[SIGNATURE_LEN];
    char digits[2 * SIGNATURE_LEN + 1];
    memcpy(key, tx->from.id, ID_LEN);
    key[0] ^= another;
    for (size_t i = 0; i < sizeof signature; i++)
        signature[i] = (uint8_t)chance_next(&g->chance);
    hex_encode(digits, signature, sizeof signature);
    digits[2 * SIGNATURE_LEN] = 0;
    return put_word(out, type) || put_word(out, hex32(tx->chain).text) || buf_add(out, " ", 1) ||
                   buf_add_number(out, height) || put_word(out, "0") || put_word(out, step) ||
                   put_word(out, hex32(tx->from.id).text) || put_word(out, hex32(key).text) ||
                   put_word(out, digits)
               ? -1
               : 0;
}

/* The words of an accusation by two lines that convict nobody. 0, or -1. */
static int put_lie(struct forger *g, const struct tx *tx, enum lie how, struct buf *out)
{
    size_t first, second;
    bool swap = how == TWO_KINDS || how == NO_EVIDENCE;
    if (buf_add_string(out, "accuse"))
        return -1;
    first = out->len;
    if (put_line(g, tx,
                 how == NO_EVIDENCE ? "checkpoint"
                 : swap             ? "proposal"
                                    : "vote",
                 1, swap ? "-" : "precommit", false, out))
        return -1;
    second = out->len;
    if (how == ONE_LINE)
        return buf_reserve(out, second - first) || buf_add(out, out->data + first, second - first);
    return put_line(g, tx, "vote", how == TWO_HEIGHTS ? 2 : 1,
                    how == TWO_STEPS ? "prevote" : "precommit", how == TWO_KEYS, out);
}

int forge_accuse(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                 struct forgery *out, struct fault *f)
{
    struct buf words = {0};
    enum lie how = (enum lie)chance_below(&g->chance, LIES);
    (void)sender;
    if (tx->from.form != ACCOUNT_KEY || tx->has_sponsor)
        return fault_rule(f, "accuse: only of a transaction by one Ed25519 key");
    int failed = put_lie(g, tx, how, &words) ||
                 tx_format(tx, (struct field){words.data, words.len}, &out->line);
    buf_free(&words);
    if (failed)
        return fault_memory(f);
    out->whole = true;
    if (forge_put_signature(g, &tx->from, out, f))
        return -1;
    forge_is_malformed(&out->line, &out->rule);
    return 0;
}
