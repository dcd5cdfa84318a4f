#include "record/policy_make.h"

#include "crypto/ed25519.h"
#include "record/tx.h"
#include "slhdsa/slh_dsa.h"

/* A transaction of a policy without its proof is at least so long: tx CHAIN FROM 0 0 pay TO 1 - */
enum { LEAST_UNSIGNED = 3 + 65 + 66 + 2 + 2 + 4 + 65 + 2 + 1 };

int policy_add_key(struct policy_branch *b, const struct account *key, struct fault *f)
{
    unsigned at = b->count;
    if (!account_is_key(key))
        return fault_rule(f, "policy: a policy cannot be one of its keys: %s",
                          account_text(key).text);
    if (policy_key(b, key) >= 0)
        return fault_rule(f, "policy: twice in one branch: %s", account_text(key).text);
    if (b->count == POLICY_KEYS_MAX)
        return fault_rule(f, "policy: a branch has over %d keys", POLICY_KEYS_MAX);
    for (; at && account_compare(&b->keys[at - 1], key) > 0; at--)
        b->keys[at] = b->keys[at - 1];
    b->keys[at] = *key;
    b->count++;
    return 0;
}

static int format_branch(const struct policy_branch *b, struct buf *out)
{
    if (buf_add_number(out, b->signers))
        return -1;
    for (unsigned i = 0; i < b->count; i++)
        if (buf_add_string(out, " ") || buf_add_string(out, account_text(&b->keys[i]).text))
            return -1;
    if (b->after && (buf_add_string(out, " after ") || buf_add_number(out, b->after)))
        return -1;
    return b->has_hash &&
                   (buf_add_string(out, " hash ") || buf_add_string(out, hex32(b->hash).text))
               ? -1
               : 0;
}

int policy_format(const struct policy *p, struct buf *out)
{
    for (unsigned i = 0; i < p->count; i++)
        if (buf_add_string(out, i ? " or " : "policy ") || format_branch(&p->branches[i], out))
            return -1;
    return 0;
}

/* The keys of a branch that can sign at all, by their scheme. */
static void count_keys(const struct policy_branch *b, unsigned *ed25519, unsigned *slh_dsa)
{
    *ed25519 = *slh_dsa = 0;
    for (unsigned i = 0; i < b->count; i++)
        if (b->keys[i].form == ACCOUNT_SLH_DSA)
            ++*slh_dsa;
        else
            *ed25519 += ed25519_sound(b->keys[i].id);
}

/* " policy ... by BRANCH [show PREIMAGE] KEY SIGNATURE...", so many pairs of each scheme. */
static size_t proof_length(const struct policy *p, const struct policy_branch *b, unsigned ed25519,
                           unsigned slh_dsa)
{
    size_t pair = 1 + 2 * (size_t)ID_LEN + 1 + 2 * (size_t)SIGNATURE_LEN;
    size_t long_pair = 1 + ACCOUNT_TEXT_MAX + 1 + SLH_DSA_HEX_LEN;
    size_t shown = b->has_hash ? 6 + 2 * (size_t)ID_LEN : 0;
    return 1 + p->text.len + 5 + shown + ed25519 * pair + slh_dsa * long_pair;
}

int policy_branch_spendable(const struct policy *p, unsigned branch, struct fault *f)
{
    unsigned ed25519, slh_dsa;
    const struct policy_branch *b = &p->branches[branch];
    count_keys(b, &ed25519, &slh_dsa);
    if (ed25519 + slh_dsa < b->signers)
        return fault_rule(
            f,
            "policy: branch %u can never be used: only %u of its keys are points that "
            "can sign",
            branch, ed25519 + slh_dsa);
    ed25519 = ed25519 < b->signers ? ed25519 : b->signers;
    slh_dsa = b->signers - ed25519;
    if (slh_dsa > POLICY_SLH_DSA_MAX)
        return fault_rule(
            f,
            "policy: branch %u can never be used: it needs %u SLH-DSA signatures, and "
            "a line holds %d",
            branch, slh_dsa, POLICY_SLH_DSA_MAX);
    size_t least = LEAST_UNSIGNED + proof_length(p, b, ed25519, slh_dsa);
    if (least <= LINE_MAX_LEN)
        return 0;
    return fault_rule(
        f,
        "policy: branch %u can never be used: its shortest transaction has %zu bytes, "
        "and a line at most %d",
        branch, least, LINE_MAX_LEN);
}

int policy_spendable(const struct policy *p, struct fault *f)
{
    struct fault other;
    for (unsigned i = 0; i < p->count; i++)
        if (policy_branch_spendable(p, i, i ? &other : f) == 0)
            return 0;
    return -1;
}
