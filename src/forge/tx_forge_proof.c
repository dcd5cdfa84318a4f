/* Forgeries of proofs: signatures that are false, and what a policy asks for and does not get. */
#include "base/chance.h"
#include "base/hex.h"
#include "forge/tx_forge_parts.h"
#include "slhdsa/slh_dsa.h"

#include <inttypes.h>
#include <string.h>

/* Signers of a branch: their places among its keys. */
struct signers {
    unsigned count;
    unsigned places[POLICY_KEYS_MAX];
};

static int put_field(struct forgery *out, struct field x, struct fault *f)
{
    return buf_add(&out->line, " ", 1) || buf_add(&out->line, x.text, x.len) ? fault_memory(f) : 0;
}

static int put_text(struct forgery *out, const char *text, struct fault *f)
{
    return put_field(out, (struct field){text, strlen(text)}, f);
}

/* The S of an Ed25519 signature is below the order of the group, so only the verification itself
 * shows that it is false. */
int forge_put_signature(struct forger *g, const struct account *by, struct forgery *out,
                        struct fault *f)
{
    uint8_t signature[SLH_DSA_SIGNATURE_LEN];
    char digits[SLH_DSA_HEX_LEN];
    size_t len = by->form == ACCOUNT_SLH_DSA ? sizeof signature : SIGNATURE_LEN;
    for (size_t i = 0; i < len; i++)
        signature[i] = (uint8_t)chance_next(&g->chance);
    signature[SIGNATURE_LEN - 1] &= 0x0f;
    hex_encode(digits, signature, len);
    return put_field(out, (struct field){digits, 2 * len}, f);
}

/* What of a proof comes before its signatures, with this policy, branch and preimage. */
static int put_shown(struct field policy, unsigned branch, const char *preimage,
                     struct forgery *out, struct fault *f)
{
    if (put_field(out, policy, f) || put_text(out, "by", f) || buf_add(&out->line, " ", 1) ||
        buf_add_number(&out->line, branch))
        return fault_memory(f);
    return preimage && (put_text(out, "show", f) || put_text(out, preimage, f)) ? -1 : 0;
}

static int put_pairs(struct forger *g, const struct policy_branch *b, const struct signers *s,
                     struct forgery *out, struct fault *f)
{
    for (unsigned i = 0; i < s->count; i++) {
        const struct account *key = &b->keys[s->places[i]];
        if (put_text(out, account_text(key).text, f) || forge_put_signature(g, key, out, f))
            return -1;
    }
    return 0;
}

/* The preimage that is shown, with a NUL. NULL: none. */
static const char *preimage_of(const struct tx *tx, char digits[2 * ID_LEN + 1])
{
    struct field x = tx_field(tx, tx->proof.preimage);
    if (x.len != 2 * (size_t)ID_LEN)
        return NULL;
    memcpy(digits, x.text, x.len);
    digits[x.len] = 0;
    return digits;
}

/* The policy that the transaction shows. 0, or -1 and a rule. */
static int shown_policy(const struct tx *tx, struct policy *p, const char *kind, struct fault *f)
{
    struct field text = tx_field(tx, tx->proof.policy);
    if (tx->from.form != ACCOUNT_POLICY || !text.len)
        return fault_rule(f, "%s: FROM is no policy's account", kind);
    return policy_parse(text.text, text.len, p, f);
}

static struct signers first_signers(const struct policy_branch *b)
{
    struct signers s = {.count = b->signers};
    for (unsigned i = 0; i < s.count; i++)
        s.places[i] = i;
    return s;
}

int forge_put_words(const struct tx *tx, struct field words, struct forgery *out, struct fault *f)
{
    char digits[2 * ID_LEN + 1];
    if (tx_format(tx, words, &out->line))
        return fault_memory(f);
    return tx->proof.policy.len ? put_shown(tx_field(tx, tx->proof.policy), tx->proof.branch,
                                            preimage_of(tx, digits), out, f)
                                : 0;
}

int forge_put_unsigned(const struct tx *tx, struct forgery *out, struct fault *f)
{
    return forge_put_words(tx, tx_field(tx, tx->words), out, f);
}

int forge_put_signed(struct forger *g, const struct tx *tx, struct forgery *out, struct fault *f)
{
    struct policy p = {.count = 0};
    out->whole = true;
    if (forge_put_unsigned(tx, out, f))
        return -1;
    if (tx->from.form == ACCOUNT_POLICY) {
        if (shown_policy(tx, &p, "signature", f))
            return -1;
        const struct policy_branch *b = &p.branches[tx->proof.branch];
        struct signers s = first_signers(b);
        if (put_pairs(g, b, &s, out, f))
            return -1;
    } else if (forge_put_signature(g, &tx->from, out, f)) {
        return -1;
    }
    return tx->has_sponsor ? forge_put_signature(g, &tx->sponsor, out, f) : 0;
}

/* --- A branch before its time ----------------------------------------------------------------- */

/* Whether the branch is locked at this height, and by nothing else; and the line with it is not
 * longer, so that its fee is enough. */
static bool is_early(const struct policy_branch *b, const struct policy_branch *shown,
                     int64_t height)
{
    return b->after > height && !b->has_hash && b->signers <= shown->signers;
}

int forge_early(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                struct forgery *out, struct fault *f)
{
    const int64_t height = g->ledger->tree.best.height + 1;
    struct policy p = {.count = 0};
    unsigned branch = 0;
    (void)sender;
    if (shown_policy(tx, &p, "early", f))
        return -1;
    while (branch < p.count &&
           !is_early(&p.branches[branch], &p.branches[tx->proof.branch], height))
        branch++;
    if (branch == p.count)
        return fault_rule(f, "early: no branch of this policy has to wait for its height alone");
    tx->proof.branch = branch;
    if (tx_format(tx, tx_field(tx, tx->words), &out->line))
        return fault_memory(f);
    fault_rule(&out->rule, "tx: branch %u opens at height %" PRId64 ", this is", branch,
               p.branches[branch].after);
    return put_shown(p.text, branch, NULL, out, f);
}

/* --- Proofs that break a rule ----------------------------------------------------------------- */

enum { POLICY_MOST = 1 << 14 }; /* bytes of its text; it has fewer */
enum way { OTHER_POLICY, NO_BRANCH, WRONG_PREIMAGE, MISSING, TWICE, DESCENDING, WAYS };

/* Whether a proof by this branch can go wrong in that way. */
static bool is_possible(const struct policy_branch *b, enum way how)
{
    return how < WRONG_PREIMAGE || (how == WRONG_PREIMAGE ? b->has_hash : b->signers > 1);
}

/* Changes the signers. If one is missing, it would be the first: nobody can add it any more. */
static void spoil(struct signers *s, const struct policy_branch *b, enum way how)
{
    if (how == MISSING)
        s->count--;
    for (unsigned i = 0; how == MISSING && i < s->count; i++)
        s->places[i] = b->count - s->count + i;
    if (how == TWICE)
        s->places[1] = s->places[0];
    if (how == DESCENDING) {
        s->places[0] = s->places[1];
        s->places[1] = 0;
    }
}

/* Writes the proof. The other policy says the same again. */
static int put_proof(struct forger *g, const struct tx *tx, const struct policy *p, enum way how,
                     struct forgery *out, struct fault *f)
{
    const struct policy_branch *b = &p->branches[tx->proof.branch];
    char digits[2 * ID_LEN + 1], shown[POLICY_MOST];
    const char *preimage = preimage_of(tx, digits);
    struct signers s = first_signers(b);
    struct field policy = p->text;
    if (how == OTHER_POLICY && policy.len && policy.len <= sizeof shown) {
        memcpy(shown, policy.text, policy.len);
        char *digit = shown + policy.len - 1;
        *digit = *digit == '1' ? '2' : '1';
        policy.text = shown;
    }
    if (how == WRONG_PREIMAGE && preimage)
        digits[0] = digits[0] == '0' ? '1' : '0';
    spoil(&s, b, how);
    return put_shown(policy, how == NO_BRANCH ? p->count : tx->proof.branch, preimage, out, f) ||
                   put_pairs(g, b, &s, out, f)
               ? -1
               : 0;
}

int forge_proof(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                struct forgery *out, struct fault *f)
{
    struct policy p = {.count = 0};
    (void)sender;
    if (shown_policy(tx, &p, "proof", f))
        return -1;
    uint64_t first = chance_below(&g->chance, WAYS);
    enum way how = OTHER_POLICY;
    for (uint64_t i = 0; i < WAYS; i++) {
        how = (enum way)((first + i) % WAYS);
        if (is_possible(&p.branches[tx->proof.branch], how))
            break;
    }
    out->whole = true;
    if (tx_format(tx, tx_field(tx, tx->words), &out->line))
        return fault_memory(f);
    if (put_proof(g, tx, &p, how, out, f) ||
        (tx->has_sponsor && forge_put_signature(g, &tx->sponsor, out, f)))
        return -1;
    forge_is_malformed(&out->line, &out->rule);
    return 0;
}
