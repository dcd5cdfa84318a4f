#include "cli/turn.h"

#include "record/policy_make.h"

#include <stdio.h>
#include <string.h>

/* The branch that a policy's transaction proves, and whose turn it is among its keys. */
struct turn {
    struct policy policy;
    const struct policy_branch *branch;
    int signers[POLICY_KEYS_MAX]; /* the places of those who have signed, ascending */
    int count;
    int first, last; /* the places of those who can sign next */
};

/* How many of these places have SLH-DSA keys. */
static int count_slh_dsa(const struct policy_branch *b, int from, int to)
{
    int n = 0;
    for (int i = from; i < to; i++)
        n += b->keys[i].form == ACCOUNT_SLH_DSA;
    return n;
}

/* The last place that can sign next: enough keys stand from it on, and with few enough SLH-DSA
 * keys among those that must sign. Less than t->first: none can. */
static int last_place(const struct tx *tx, const struct turn *t)
{
    const struct policy_branch *b = t->branch;
    bool sponsor = tx->has_sponsor && tx->sponsor.form == ACCOUNT_SLH_DSA;
    int count = (int)b->count, missing = (int)b->signers - t->count, have = sponsor;
    int i = count - missing;
    for (int k = 0; k < t->count; k++)
        have += b->keys[t->signers[k]].form == ACCOUNT_SLH_DSA;
    for (; i >= t->first; i--) {
        int ed25519 = count - i - count_slh_dsa(b, i, count);
        if (have + missing - (ed25519 < missing ? ed25519 : missing) <= POLICY_SLH_DSA_MAX)
            break;
    }
    return i;
}

static int read_turn(const struct tx *tx, struct turn *t, struct fault *f)
{
    struct field text = tx_field(tx, tx->proof.policy);
    struct tx_signature s;
    if (policy_parse(text.text, text.len, &t->policy, f))
        return -1;
    t->branch = &t->policy.branches[tx->proof.branch];
    t->count = 0;
    for (size_t at = 0; t->count < (int)tx->proof.count && tx_next_signature(tx, &at, &s);)
        t->signers[t->count++] = policy_key(t->branch, &s.by);
    t->first = t->count ? t->signers[t->count - 1] + 1 : 0;
    t->last = last_place(tx, t);
    return t->first <= t->last
               ? 0
               : fault_rule(f, "tx: it takes more SLH-DSA signatures than a line holds, %d",
                            POLICY_SLH_DSA_MAX);
}

static bool has_signed(const struct turn *t, int place)
{
    for (int i = 0; i < t->count; i++)
        if (t->signers[i] == place)
            return true;
    return false;
}

/* --- Words ------------------------------------------------------------------------------------ */

enum { NAMED = 3 }; /* so many accounts are named, so that the message ends with its point */

static size_t say_next(const struct turn *t, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "next:");
    int shown = t->last - t->first < NAMED ? t->last : t->first + NAMED - 2;
    for (int i = t->first; i <= shown; i++)
        n += (size_t)snprintf(out + n, size - n, "%s %s", i > t->first ? " or" : "",
                              account_text(&t->branch->keys[i]).text);
    if (shown < t->last)
        n += (size_t)snprintf(out + n, size - n, " or one of %d others", t->last - shown);
    return n;
}

/* The first key here that is in the branch and cannot sign any more, or not yet. */
static void say_why_not(const struct turn *t, const struct keyring *ring, char *out, size_t size)
{
    for (int i = 0; i < (int)t->branch->count; i++) {
        const struct account *key = &t->branch->keys[i];
        if (!keyring_find(ring, key) || has_signed(t, i))
            continue;
        snprintf(out, size, "; %s is too %s, as signers ascend", account_text(key).text,
                 i < t->first ? "late" : "early");
        return;
    }
}

static int not_here(const struct tx *tx, const struct turn *t, const struct keyring *ring,
                    struct fault *f)
{
    char words[NAMED * (ACCOUNT_TEXT_MAX + 4) + ACCOUNT_TEXT_MAX + 80];
    size_t n = say_next(t, words, sizeof words);
    say_why_not(t, ring, words + n, sizeof words - n);
    return fault_rule(f, "tx: %u of %u signatures; %s", tx->proof.count, tx->proof.needed, words);
}

/* --- Turns ------------------------------------------------------------------------------------ */

static int next_of_policy(const struct tx *tx, const struct keyring *ring,
                          const struct secret_key **key, struct fault *f)
{
    struct turn t;
    if (read_turn(tx, &t, f))
        return -1;
    for (int i = t.first; i <= t.last; i++)
        if ((*key = keyring_find(ring, &t.branch->keys[i])))
            return 0;
    return not_here(tx, &t, ring, f);
}

int turn_next(const struct tx *tx, const struct keyring *ring, const struct secret_key **key,
              struct fault *f)
{
    const struct account *by;
    *key = NULL;
    if (tx->from.form == ACCOUNT_POLICY && !tx->proof.policy.len)
        return fault_rule(f, "tx: it does not show the policy of %s: txmake -f does",
                          account_text(&tx->from).text);
    if (!tx_next_signer(tx, &by))
        return 0;
    if (!by)
        return next_of_policy(tx, ring, key, f);
    *key = keyring_find(ring, by);
    if (*key)
        return 0;
    return fault_rule(f, "tx: no key here for %s%s", account_text(by).text,
                      by == &tx->sponsor ? ", the sponsor, who signs last" : "");
}

/* A policy's signers name themselves, and sign that, too. */
static int name_signer(const struct tx *tx, const struct secret_key *key, struct buf *line)
{
    const struct account *by;
    struct account account = cli_account_of(key);
    if (!tx_next_signer(tx, &by) || by)
        return 0;
    return buf_add_string(line, " ") || buf_add_string(line, account_text(&account).text) ? -1 : 0;
}

int turn_sign(struct tx *tx, const struct secret_key *key, struct buf *line, struct fault *f)
{
    struct signature_text signature;
    size_t before = line->len;
    if (name_signer(tx, key, line))
        return fault_memory(f);
    if (secret_key_sign_text(key, line->data, line->len, &signature, f))
        return -1;
    if (line->len + 1 + signature.len > LINE_MAX_LEN) {
        line->len = before;
        return fault_rule(f, "tx: signed, it would be over %d bytes", LINE_MAX_LEN);
    }
    if (buf_add_string(line, " ") || buf_add(line, signature.text, signature.len))
        return fault_memory(f);
    return tx_parse_partial(line->data, line->len, tx, f);
}
