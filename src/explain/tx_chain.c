/* What a transaction signs, and what its chain allows. */
#include "explain/parts.h"

#include "base/hex.h"
#include "stream/jobs.h"

#include <inttypes.h>

/* --- Signatures ------------------------------------------------------------------------------- */

/* Whether one of the signatures holds, if the judge has found that one does not. */
static bool is_good(const struct explain *x, uint64_t line, const struct sigjob *job)
{
    struct fault trouble;
    return !explain_fails(x, line, "tx: bad signature") || sigjob_check(job, &trouble) > 0;
}

void explain_tx_signatures(struct explain *x, uint64_t line, const struct tx *tx)
{
    struct tx_signature s;
    struct sigjob jobs[TX_JOBS_MAX];
    struct job_bytes room[TX_JOBS_MAX];
    size_t count = tx_signature_count(tx), n = 0;
    tx_jobs(tx, jobs, room);
    for (size_t at = 0; !x->ended && tx_next_signature(tx, &at, &s); n++) {
        if (count > 1)
            explain_say(x, "# Signature %zu of %zu: it signs all that stands before it.\n", n + 1,
                        count);
        struct signing one = {"tx", &s.by, tx->line, s.digits.at + s.digits.len,
                              is_good(x, line, &jobs[n])};
        explain_signature(x, line, &one);
    }
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
