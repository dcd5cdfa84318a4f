#include "record/policy.h"

#include "hash/sha256.h"
#include "record/types.h"

#include <inttypes.h>

/* The next field of the line, which stays there. */
static struct field peek(const struct cursor *c)
{
    struct cursor ahead = *c;
    return cursor_take_field(&ahead);
}

/* Takes the next field if it is this word, the last of the line too. */
static bool take_word(struct cursor *c, const char *word)
{
    if (!field_is(peek(c), word))
        return false;
    cursor_take_field(c);
    return true;
}

static bool at_word(const struct cursor *c)
{
    struct field x = peek(c);
    return x.len == 0 || field_is(x, "after") || field_is(x, "hash") || field_is(x, "or") ||
           field_is(x, "by");
}

static int take_key(struct cursor *c, struct policy_branch *b, struct fault *f)
{
    struct account *key = &b->keys[b->count];
    if (b->count == POLICY_KEYS_MAX)
        return fault_rule(f, "policy: a branch has over %d keys", POLICY_KEYS_MAX);
    if (cursor_take_account(c, "policy: key", key, f))
        return -1;
    if (!account_is_key(key))
        return fault_rule(f, "policy: a policy cannot be one of its keys: %s",
                          account_text(key).text);
    if (b->count && account_compare(key - 1, key) >= 0)
        return fault_rule(f, "policy: keys of a branch are not ascending: %s",
                          account_text(key).text);
    b->count++;
    return 0;
}

static int take_locks(struct cursor *c, struct policy_branch *b, struct fault *f)
{
    if (take_word(c, "after")) {
        if (cursor_take_number(c, "policy: after", &b->after, f))
            return -1;
        if (b->after == 0)
            return fault_rule(f, "policy: after 0: a height is at least 1");
    }
    b->has_hash = take_word(c, "hash");
    return b->has_hash ? cursor_take_id(c, "policy: hash", b->hash, f) : 0;
}

static int take_branch(struct cursor *c, struct policy_branch *b, struct fault *f)
{
    int64_t signers;
    *b = (struct policy_branch){0};
    if (cursor_take_number(c, "policy: number of signers", &signers, f))
        return -1;
    while (!at_word(c))
        if (take_key(c, b, f))
            return -1;
    if (b->count == 0)
        return fault_rule(f, "policy: a branch has no keys");
    if (signers < 1 || signers > b->count)
        return fault_rule(f, "policy: %" PRId64 " signers of %u keys", signers, b->count);
    b->signers = (unsigned)signers;
    return take_locks(c, b, f);
}

int cursor_take_policy(struct cursor *c, struct policy *out, struct fault *f)
{
    const char *begin = c->text;
    out->count = 0;
    out->text = (struct field){begin, 0};
    if (!take_word(c, "policy"))
        return fault_rule(f, "policy: expected the word policy");
    do {
        if (out->count == POLICY_BRANCHES_MAX)
            return fault_rule(f, "policy: over %d branches", POLICY_BRANCHES_MAX);
        if (take_branch(c, &out->branches[out->count++], f))
            return -1;
    } while (take_word(c, "or"));
    const char *end = c->text;
    out->text = (struct field){begin, (size_t)(end - begin) - (end < c->end)};
    return 0;
}

int policy_parse(const char *line, size_t len, struct policy *out, struct fault *f)
{
    struct cursor c = {line, line + len};
    if (cursor_take_policy(&c, out, f))
        return -1;
    return out->text.len == len ? 0 : fault_rule(f, "policy: more after its last branch");
}

struct account policy_account(const struct policy *p)
{
    struct account a = {.form = ACCOUNT_POLICY};
    sha256(p->text.text, p->text.len, a.id);
    return a;
}

void policy_hash(const char preimage[2 * ID_LEN], uint8_t out[ID_LEN])
{
    sha256(preimage, 2 * (size_t)ID_LEN, out);
}

int policy_key(const struct policy_branch *b, const struct account *key)
{
    for (unsigned i = 0; i < b->count; i++)
        if (account_equal(&b->keys[i], key))
            return (int)i;
    return -1;
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct policy p;
    return policy_parse(line, len, &p, f);
}

const struct record_type policy_type = {.name = "policy", .check = check, .alone = true};
