/* What a transaction signs, and what its chain allows. */
#include "explain/parts.h"

#include "base/hex.h"
#include "crypto/sigjob.h"

#include <inttypes.h>

/* --- Signatures ------------------------------------------------------------------------------- */

/* Whether one of the signatures holds, if the judge has found that one does not. */
static bool is_good(const struct explain *x, uint64_t line, const struct tx *tx,
                    const struct tx_signature *s)
{
    bool is_slh_dsa = s->by.form == ACCOUNT_SLH_DSA;
    const char *digits = tx->line + s->digits.at;
    uint8_t bytes[SIGNATURE_LEN];
    struct fault trouble;
    struct sigjob job = {.key = s->by.id,
                         .signature = is_slh_dsa ? (const uint8_t *)digits : bytes,
                         .message = tx->line,
                         .len = s->digits.at - 1,
                         .scheme = is_slh_dsa ? SIGNATURE_SLH_DSA : SIGNATURE_ED25519};
    if (!explain_fails(x, line, "tx: bad signature"))
        return true;
    return (is_slh_dsa || hex_decode(bytes, digits, SIGNATURE_LEN) == 0) &&
           sigjob_check(&job, &trouble) > 0;
}

/* Whether the signature of an accusation's line holds, if the judge has found that one does not. */
static bool is_good_line(const struct explain *x, uint64_t line,
                         const struct operation_signature *s)
{
    uint8_t bytes[SIGNATURE_LEN];
    struct fault trouble;
    struct sigjob job = {
        .key = s->key, .signature = bytes, .message = s->message.text, .len = s->message.len};
    return !explain_fails(x, line, "tx: bad signature") ||
           (hex_decode(bytes, s->digits.text, SIGNATURE_LEN) == 0 &&
            sigjob_check(&job, &trouble) > 0);
}

/* Those among the operation's arguments. */
static void argument_signatures(struct explain *x, uint64_t line, const struct tx *tx)
{
    struct operation_signature s;
    if (!tx->operation->signatures)
        return;
    for (size_t at = 0; !x->ended && tx->operation->signatures(tx, &at, &s);) {
        struct account by = account_of_key(s.key);
        const char *end = s.digits.text + s.digits.len;
        struct signing one = {
            "tx", &by, s.message.text, (size_t)(end - s.message.text), is_good_line(x, line, &s),
            NULL};
        explain_say(x, "# A line that it shows: it was signed by %.13s...\n",
                    account_text(&by).text);
        explain_signature(x, line, &one);
    }
}

void explain_tx_signatures(struct explain *x, uint64_t line, const struct tx *tx)
{
    struct tx_signature s;
    size_t count = tx_signature_count(tx), n = 0;
    for (size_t at = 0; !x->ended && tx_next_signature(tx, &at, &s); n++) {
        if (count > 1)
            explain_say(x, "# Signature %zu of %zu: it signs all that stands before it.\n", n + 1,
                        count);
        struct signing one = {
            "tx", &s.by, tx->line, s.digits.at + s.digits.len, is_good(x, line, tx, &s), NULL};
        explain_signature(x, line, &one);
    }
    argument_signatures(x, line, tx);
}

/* --- Against a chain -------------------------------------------------------------------------- */

void explain_account_allowed(struct explain *x, uint64_t line, const struct account *a,
                             const char *what)
{
    if (a->form == ACCOUNT_KEY)
        return;
    explain_say(x, "# This chain has accounts such as %.13s...\nis_allowed %s",
                account_text(a).text, a->form == ACCOUNT_POLICY ? "policy" : "slh-dsa");
    explain_or_no(x, line, "%s: %s: this chain has no", what, account_text(a).text);
}

static void policy_allowed(struct explain *x, uint64_t line, const struct tx *tx)
{
    struct policy p;
    struct fault ignored;
    struct field text = tx_field(tx, tx->proof.policy);
    if (!text.len || policy_parse(text.text, text.len, &p, &ignored))
        return;
    for (unsigned i = 0; i < p.count; i++)
        for (unsigned k = 0; k < p.branches[i].count; k++)
            explain_account_allowed(x, line, &p.branches[i].keys[k], "policy: key");
}

static void word_allowed(struct explain *x, uint64_t line, const char *word)
{
    explain_say(x, "# This chain allows it: %s.\nis_allowed %s", word, word);
    explain_or_no(x, line, "tx: this chain has no %s", word);
}

static void fee(struct explain *x, uint64_t line, const struct tx *tx)
{
    explain_say(x,
                "# Its fee, %" PRId64 ", is not under the minimum, which may grow with its length: "
                "%zu bytes.\nleast=$(expr \"$minfee\" + \"$bytefee\" '*' %zu)\n"
                "is_number \"$least\"",
                tx->fee, tx->len, tx->len);
    explain_or_no(x, line, "tx: its minimum fee");
    explain_say(x, "[ %" PRId64 " -ge \"$least\" ]", tx->fee);
    explain_or_no(x, line, "tx: fee %" PRId64 " is under", tx->fee);
}

void explain_tx_of_chain(struct explain *x, uint64_t line, const struct tx *tx)
{
    struct move m;
    explain_say(x, "# It is for this chain.\n[ %s = \"$chain\" ]", hex32(tx->chain).text);
    explain_or_no(x, line, "tx: another chain: %s", hex32(tx->chain).text);
    if (tx->operation->allow)
        word_allowed(x, line, tx->operation->allow);
    if (tx->operation->of_members) {
        explain_say(x, "# It has members.\n[ \"$seal\" != pow ] || [ \"$finality\" -gt 0 ]");
        explain_or_no(x, line, "tx: this chain has no members");
    }
    if (tx->has_sponsor)
        word_allowed(x, line, "sponsor");
    explain_account_allowed(x, line, &tx->from, "tx: from");
    if (tx->has_sponsor)
        explain_account_allowed(x, line, &tx->sponsor, "tx: sponsor");
    policy_allowed(x, line, tx);
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        explain_account_allowed(x, line, &m.to, "tx: to");
    fee(x, line, tx);
}
