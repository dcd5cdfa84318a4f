/* The proof of a policy in a transaction: the policy, a branch of it, a preimage, signers. */
#include "explain/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A branch of the policy. */
struct branch {
    int first, count; /* of its keys: the number of a field, and how many */
    int64_t signers;
    struct field keys[POLICY_KEYS_MAX], hash; /* hash: len 0: none */
};

static bool at_key(const struct field_walk *w)
{
    static const char *const words[] = {"after", "hash", "or", "by"};
    struct field x = explain_peek(w);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (field_is(x, words[i]))
            return false;
    return x.len != 0;
}

/* Whether the current key comes after another, which is in field number `before`. */
static bool ascends(struct field_walk *w, int before, struct field other, const char *rule)
{
    struct account a, b;
    struct fault ignored;
    account_field(other, "", &a, &ignored);
    account_field(w->field, "", &b, &ignored);
    explain_say(w->x, "is_below \"${%d}\" \"${%d}\"", before, w->at);
    return explain_held(w, account_compare(&a, &b) < 0, rule);
}

static bool take_keys(struct field_walk *w, struct branch *b)
{
    b->first = w->at + 1;
    for (b->count = 0; at_key(w); b->count++) {
        struct field before = w->field;
        explain_say(w->x, "[ %d -le %d ]", b->count + 1, POLICY_KEYS_MAX);
        if (!explain_held(w, b->count < POLICY_KEYS_MAX, "policy: a branch has over") ||
            !explain_key(w, "key", "policy: key", "policy: a policy cannot") ||
            (b->count && !ascends(w, w->at - 1, before, "policy: keys of a branch are not")))
            return false;
        b->keys[b->count] = w->field;
    }
    explain_say(w->x, "# That are %d keys.\n[ %d -ge 1 ]", b->count, b->count);
    return explain_held(w, b->count >= 1, "policy: a branch has no keys");
}

static bool take_height(struct field_walk *w)
{
    int64_t n = 0;
    return explain_word(w, "after", "policy: after") &&
           explain_number(w, "height from which on it is open", "policy: after: ", &n) &&
           explain_passes(w, "[ %s -ge 1 ]", n >= 1, "policy: after 0");
}

static bool take_locks(struct field_walk *w, struct branch *b)
{
    if (field_is(explain_peek(w), "after") && !take_height(w))
        return false;
    if (!field_is(explain_peek(w), "hash"))
        return true;
    if (!explain_word(w, "hash", "policy: hash") ||
        !explain_hex(w, "hash of the preimage", 64, "policy: hash: "))
        return false;
    b->hash = w->field;
    return true;
}

static bool take_branch(struct field_walk *w, struct branch *b)
{
    char rule[80];
    *b = (struct branch){0};
    if (!explain_number(w, "number of signers of a branch",
                        "policy: number of signers: ", &b->signers))
        return false;
    int at = w->at;
    if (!take_keys(w, b))
        return false;
    snprintf(rule, sizeof rule, "policy: %" PRId64 " signers of", b->signers);
    explain_say(w->x, "[ \"${%d}\" -ge 1 ] && [ \"${%d}\" -le %d ]", at, at, b->count);
    return explain_held(w, b->signers >= 1 && b->signers <= b->count, rule) && take_locks(w, b);
}

/* Gives the number of branches; 0: the checks have ended. */
static int take_policy(struct field_walk *w, struct branch branches[POLICY_BRANCHES_MAX])
{
    const char *begin = w->c.text, *end;
    int count = 0;
    if (!explain_word(w, "policy", "policy: expected the word"))
        return 0;
    do {
        explain_say(w->x, "# Branch %d.\n[ %d -lt %d ]", count, count, POLICY_BRANCHES_MAX);
        if (!explain_held(w, count < POLICY_BRANCHES_MAX, "policy: over") ||
            !take_branch(w, &branches[count++]))
            return 0;
        end = w->field.text + w->field.len;
    } while (field_is(explain_peek(w), "or") && explain_word(w, "or", "policy: or"));
    if (!explain_word(w, "by", "tx: expected by BRANCH"))
        return 0;
    explain_say(w->x, "# The account is p and the hash of the policy.\n"
                      "[ \"p$(printf '%%s' ");
    explain_quote(w->x, begin, (size_t)(end - begin));
    explain_say(w->x, " | sha256sum)\" = \"$3  -\" ]");
    explain_or_no(w->x, w->line, "tx: this is not FROM's policy");
    return w->x->ended ? 0 : count;
}

static bool take_preimage(struct field_walk *w, const struct branch *b, int64_t number)
{
    char rule[80];
    if (b->hash.len == 0)
        return true;
    snprintf(rule, sizeof rule, "tx: branch %" PRId64 " needs a preimage", number);
    if (!explain_word(w, "show", rule) || !explain_hex(w, "preimage", 64, "tx: preimage: "))
        return false;
    explain_say(w->x,
                "# Its hash, as text, is that of the branch.\n"
                "[ \"$(printf '%%s' \"${%d}\" | sha256sum)\" = \\\n    '%.64s  -' ]",
                w->at, b->hash.text);
    explain_or_no(w->x, w->line, "tx: wrong preimage");
    return !w->x->ended;
}

static bool is_signer(const struct branch *b, struct field key)
{
    for (int i = 0; i < b->count; i++)
        if (b->keys[i].len == key.len && memcmp(b->keys[i].text, key.text, key.len) == 0)
            return true;
    return false;
}

/* The last pair is that of `before`, if there is one. */
static bool take_pair(struct field_walk *w, const struct branch *b, struct field *before)
{
    char rule[160];
    if (!explain_account(w, "signer", "tx: signer"))
        return false;
    struct field key = w->field, last = *before;
    *before = key;
    explain_say(w->x, "# It is one of that branch.\nis_one_of \"${%d}\"", w->at);
    for (int i = 0; i < b->count; i++)
        explain_say(w->x, " \"${%d}\"", b->first + i);
    snprintf(rule, sizeof rule, "tx: signer %.*s is not in", (int)key.len, key.text);
    if (!explain_held(w, is_signer(b, key), rule) ||
        (last.len && !ascends(w, w->at - 2, last, "tx: signers are not ascending")))
        return false;
    return explain_signature_form(w, key, "signature", "tx: signature: ");
}

static bool take_pairs(struct field_walk *w, const struct branch *b)
{
    struct field before = {"", 0};
    for (int64_t i = 0; i < b->signers; i++) {
        explain_say(w->x, "# Signer %" PRId64 " of %" PRId64 ".\n[ $# -gt %d ]", i + 1, b->signers,
                    w->at);
        if (!explain_held(w, w->c.text < w->c.end, "tx: signed by") || !take_pair(w, b, &before))
            return false;
    }
    return true;
}

bool explain_policy(struct field_walk *w)
{
    struct branch branches[POLICY_BRANCHES_MAX];
    int64_t number = 0;
    int count = take_policy(w, branches);
    char command[32];
    snprintf(command, sizeof command, "[ %%s -lt %d ]", count);
    return count &&
           explain_number(w, "branch, from 0 on, that is proved", "tx: branch: ", &number) &&
           explain_passes(w, command, number < count, "tx: there is no branch") && number < count &&
           take_preimage(w, &branches[number], number) && take_pairs(w, &branches[number]);
}
