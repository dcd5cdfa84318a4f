/* What follows the words of a transaction's operation: a sponsor, and signatures. */
#include "record/signed.h"
#include "record/tx_parts.h"
#include "slhdsa/slh_dsa.h"

#include <inttypes.h>

/* From the cursor's field on. */
static struct piece rest_from(const struct tx *tx, const char *begin, const struct cursor *c)
{
    size_t len = (size_t)(c->text - begin) - (c->text < c->end);
    return tx_piece(tx, (struct field){begin, len});
}

static int take_sponsor(struct cursor *c, struct tx *tx, struct fault *f)
{
    tx->has_sponsor = cursor_word(c, "sponsor");
    if (!tx->has_sponsor)
        return 0;
    if (cursor_take_account(c, "tx: sponsor", &tx->sponsor, f))
        return -1;
    if (!account_is_key(&tx->sponsor))
        return fault_rule(f, "tx: sponsor: a policy cannot be a sponsor");
    return account_equal(&tx->sponsor, &tx->from)
               ? fault_rule(f, "tx: sponsor: FROM cannot be its own sponsor")
               : 0;
}

size_t tx_signature_digits(const struct account *key)
{
    return key->form == ACCOUNT_SLH_DSA ? SLH_DSA_HEX_LEN : 2 * SIGNATURE_LEN;
}

/* Takes a field that has the form of this key's signature. */
static int take_signature(struct cursor *c, const struct account *by, const char *what,
                          struct field *out, struct fault *f)
{
    size_t digits = tx_signature_digits(by);
    *out = cursor_take_field(c);
    return out->len == digits && hex_is(out->text, out->len)
               ? 0
               : fault_rule(f, "%s: not %zu lowercase hex digits", what, digits);
}

static int take_preimage(struct cursor *c, const struct policy_branch *b, struct tx *tx,
                         struct fault *f)
{
    uint8_t bytes[ID_LEN], hash[ID_LEN];
    if (!b->has_hash)
        return 0;
    if (!cursor_word(c, "show"))
        return fault_rule(f, "tx: branch %u needs a preimage: show PREIMAGE", tx->proof.branch);
    struct field x = cursor_take_field(c);
    if (field_id(x, "tx: preimage", bytes, f))
        return -1;
    policy_hash(x.text, hash);
    tx->proof.preimage = tx_piece(tx, x);
    return memcmp(hash, b->hash, ID_LEN) ? fault_rule(f, "tx: wrong preimage") : 0;
}

/* Takes the next pair of the branch; *last is the place of the one before it. */
static int take_pair(struct cursor *c, const struct policy_branch *b, struct tx *tx, int *last,
                     struct fault *f)
{
    struct account key;
    struct field digits;
    if (c->text == c->end)
        return fault_rule(f, "tx: signed by %u of the %u keys that branch %u asks for (txsign)",
                          tx->proof.count, b->signers, tx->proof.branch);
    if (cursor_take_account(c, "tx: signer", &key, f))
        return -1;
    int place = policy_key(b, &key);
    if (place < 0)
        return fault_rule(f, "tx: signer %s is not in branch %u", account_text(&key).text,
                          tx->proof.branch);
    if (place <= *last)
        return fault_rule(f, "tx: signers are not ascending: %s", account_text(&key).text);
    *last = place;
    tx->proof.count++;
    return take_signature(c, &key, "tx: signature", &digits, f);
}

static int take_pairs(struct cursor *c, const struct policy_branch *b, bool is_partial,
                      struct tx *tx, struct fault *f)
{
    const char *begin = c->text;
    int last = -1;
    tx->signed_len = (size_t)(begin - tx->line) - (begin < c->end);
    tx->proof.after = b->after;
    tx->proof.needed = b->signers;
    while (tx->proof.count < b->signers && !(is_partial && c->text == c->end))
        if (take_pair(c, b, tx, &last, f))
            return -1;
    tx->proof.pairs = rest_from(tx, begin, c);
    return 0;
}

static int take_proof(struct cursor *c, bool is_partial, struct tx *tx, struct fault *f)
{
    struct policy policy;
    struct account account;
    int64_t branch;
    if (cursor_take_policy(c, &policy, f))
        return -1;
    if (!cursor_word(c, "by"))
        return fault_rule(f, "tx: expected by BRANCH after the policy");
    account = policy_account(&policy);
    if (!account_equal(&account, &tx->from))
        return fault_rule(f, "tx: this is not FROM's policy, but that of %s",
                          account_text(&account).text);
    tx->proof.policy = tx_piece(tx, policy.text);
    if (cursor_take_number(c, "tx: branch", &branch, f))
        return -1;
    if (branch >= policy.count)
        return fault_rule(f, "tx: there is no branch %" PRId64 ": the policy has %u, from 0 on",
                          branch, policy.count);
    tx->proof.branch = (unsigned)branch;
    const struct policy_branch *b = &policy.branches[branch];
    return take_preimage(c, b, tx, f) || take_pairs(c, b, is_partial, tx, f) ? -1 : 0;
}

static int take_own_signature(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct field digits = {c->text, (size_t)(c->end - c->text)};
    tx->signed_len = signed_length(tx->line, digits);
    if (tx->from.form == ACCOUNT_KEY && !tx->has_sponsor) {
        c->text = c->end;
        return field_signature(digits, "tx: signature", tx->signature, f);
    }
    if (take_signature(c, &tx->from, "tx: signature", &digits, f))
        return -1;
    return tx->from.form == ACCOUNT_KEY ? field_signature(digits, "tx: signature", tx->signature, f)
                                        : 0;
}

static int take_sponsor_signature(struct cursor *c, struct tx *tx, struct fault *f)
{
    struct field digits;
    if (take_signature(c, &tx->sponsor, "tx: sponsor's signature", &digits, f))
        return -1;
    tx->sponsor_signature = tx_piece(tx, digits);
    return 0;
}

int tx_take_end(struct cursor *c, enum tx_extent extent, struct tx *tx, struct fault *f)
{
    tx->signed_len = tx->len;
    if (take_sponsor(c, tx, f))
        return -1;
    if (extent == TX_SIGNED || (extent == TX_PARTIAL && c->text < c->end))
        if (tx->from.form == ACCOUNT_POLICY ? take_proof(c, extent == TX_PARTIAL, tx, f)
                                            : take_own_signature(c, tx, f))
            return -1;
    if (tx->has_sponsor && (extent == TX_SIGNED || (extent == TX_PARTIAL && c->text < c->end)))
        if (take_sponsor_signature(c, tx, f))
            return -1;
    return c->text < c->end ? fault_rule(f, "tx: more after its end") : 0;
}

bool tx_next_signature(const struct tx *tx, size_t *at, struct tx_signature *out)
{
    struct field own;
    struct cursor c = {tx->line + tx->proof.pairs.at, tx->line + tx->len};
    struct fault f;
    size_t i = (*at)++, count = tx_signature_count(tx);
    if (i >= count)
        return false;
    if (tx->sponsor_signature.len && i == count - 1) {
        *out = (struct tx_signature){tx->sponsor, tx->sponsor_signature};
        return true;
    }
    if (tx->from.form != ACCOUNT_POLICY) {
        c.text = tx->line + tx->signed_len + 1;
        own = cursor_take_field(&c);
        *out = (struct tx_signature){tx->from, tx_piece(tx, own)};
        return true;
    }
    for (size_t pair = 0; pair <= i; pair++) {
        cursor_take_account(&c, "", &out->by, &f);
        out->digits = tx_piece(tx, cursor_take_field(&c));
    }
    return true;
}

bool tx_next_signer(const struct tx *tx, const struct account **by)
{
    bool is_policy = tx->from.form == ACCOUNT_POLICY;
    size_t own = is_policy ? tx->proof.needed : 1, count = tx_signature_count(tx);
    *by = count < own ? (is_policy ? NULL : &tx->from) : &tx->sponsor;
    return (!is_policy || tx->proof.policy.len) && count < own + tx->has_sponsor;
}

/* The most that the branch's signatures which are missing take: of its last keys, since they stand
 * in order; those of SLH-DSA are the last. */
static size_t missing_pairs(const struct tx *tx)
{
    struct policy p;
    struct fault f;
    struct field text = tx_field(tx, tx->proof.policy);
    size_t len = 0;
    if (!text.len || policy_parse(text.text, text.len, &p, &f))
        return 0;
    const struct policy_branch *b = &p.branches[tx->proof.branch];
    for (unsigned i = tx->proof.count; i < tx->proof.needed; i++) {
        const struct account *key = &b->keys[b->count - 1 - (i - tx->proof.count)];
        len += 1 + account_text(key).len + 1 + tx_signature_digits(key);
    }
    return len;
}

size_t tx_signed_length(const struct tx *tx)
{
    size_t len = tx->len;
    if (tx->from.form == ACCOUNT_POLICY)
        len += missing_pairs(tx);
    else if (tx->signed_len == tx->len)
        len += 1 + tx_signature_digits(&tx->from);
    if (tx->has_sponsor && !tx->sponsor_signature.len)
        len += 1 + tx_signature_digits(&tx->sponsor);
    return len;
}
