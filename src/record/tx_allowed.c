#include "record/tx_allowed.h"

#include "record/policy.h"

static int check_allowed(const struct rules *r, const char *allow, struct fault *f)
{
    return rules_has(r, allow)
               ? 0
               : fault_rule(f, "tx: this chain has no %s (rule allow %s)", allow, allow);
}

/* The keys of a shown policy are accounts, too. */
static int check_policy(const struct rules *r, const struct tx *tx, struct fault *f)
{
    struct policy p;
    struct field text = tx_field(tx, tx->proof.policy);
    if (policy_parse(text.text, text.len, &p, f))
        return -1;
    for (unsigned i = 0; i < p.count; i++)
        for (unsigned k = 0; k < p.branches[i].count; k++)
            if (rules_account(r, &p.branches[i].keys[k], "policy: key", f))
                return -1;
    return 0;
}

static int check_accounts(const struct rules *r, const struct tx *tx, struct fault *f)
{
    struct move m;
    if (rules_account(r, &tx->from, "tx: from", f) ||
        (tx->has_sponsor && rules_account(r, &tx->sponsor, "tx: sponsor", f)) ||
        (tx->proof.policy.len && check_policy(r, tx, f)))
        return -1;
    for (size_t at = 0; tx_next_move(tx, &at, &m);)
        if (rules_account(r, &m.to, "tx: to", f))
            return -1;
    return 0;
}

int tx_allowed(const struct rules *r, const struct tx *tx, struct fault *f)
{
    if ((tx->operation->allow && check_allowed(r, tx->operation->allow, f)) ||
        (tx->has_sponsor && check_allowed(r, "sponsor", f)))
        return -1;
    if (tx->operation->of_members && !rules_members(r))
        return fault_rule(f, "tx: this chain has no members to %s", tx->operation->name);
    return check_accounts(r, tx, f);
}
