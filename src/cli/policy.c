#include "cli/policy.h"

#include "base/num.h"
#include "cli/names.h"
#include "record/policy_make.h"

#include <inttypes.h>
#include <string.h>

/* --- From words ------------------------------------------------------------------------------- */

static struct field word_at(char *const *at)
{
    return (struct field){*at ? *at : "", *at ? strlen(*at) : 0};
}

static bool is_keyword(const char *word)
{
    return strcmp(word, "after") == 0 || strcmp(word, "hash") == 0 || strcmp(word, "or") == 0;
}

static int take_signers(char ***at, int64_t *signers, struct fault *f)
{
    struct field x = word_at(*at);
    if (number_parse(x.text, x.len, signers))
        return fault_rule(f, "policy: '%.80s' is no number: a branch begins with how many sign",
                          x.text);
    ++*at;
    return 0;
}

static int take_keys(const struct book *b, char ***at, struct policy_branch *branch,
                     struct fault *f)
{
    struct account key;
    for (; **at && !is_keyword(**at); ++*at)
        if (cli_find_account(b, **at, strlen(**at), &key, f) || policy_add_key(branch, &key, f))
            return -1;
    return branch->count ? 0 : fault_rule(f, "policy: a branch names nobody who signs");
}

static int take_after(char ***at, struct policy_branch *branch, struct fault *f)
{
    struct field x = word_at(*at);
    if (branch->after)
        return fault_rule(f, "policy: after stands twice in one branch");
    if (field_number(x, "policy: after", &branch->after, f))
        return -1;
    if (branch->after == 0)
        return fault_rule(f, "policy: after 0: a height is at least 1");
    ++*at;
    return 0;
}

static int take_hash(char ***at, struct policy_branch *branch, struct fault *f)
{
    if (branch->has_hash)
        return fault_rule(f, "policy: hash stands twice in one branch");
    branch->has_hash = true;
    if (field_id(word_at(*at), "policy: hash", branch->hash, f))
        return -1;
    ++*at;
    return 0;
}

static int take_locks(char ***at, struct policy_branch *branch, struct fault *f)
{
    while (**at && strcmp(**at, "or") != 0) {
        const char *word = *(*at)++;
        if (strcmp(word, "after") == 0 ? take_after(at, branch, f)
            : strcmp(word, "hash") == 0
                ? take_hash(at, branch, f)
                : fault_rule(f, "policy: '%.80s' cannot follow a lock: expected or", word))
            return -1;
    }
    return 0;
}

static int take_branch(const struct book *b, char ***at, struct policy_branch *branch,
                       struct fault *f)
{
    int64_t signers;
    *branch = (struct policy_branch){0};
    if (take_signers(at, &signers, f) || take_keys(b, at, branch, f))
        return -1;
    if (signers < 1 || signers > branch->count)
        return fault_rule(f, "policy: %" PRId64 " signers of %u keys", signers, branch->count);
    branch->signers = (unsigned)signers;
    return take_locks(at, branch, f);
}

static int take_branches(const struct book *b, char **at, struct policy *p, struct fault *f)
{
    for (p->count = 0;; at++) {
        if (p->count == POLICY_BRANCHES_MAX)
            return fault_rule(f, "policy: over %d branches", POLICY_BRANCHES_MAX);
        if (take_branch(b, &at, &p->branches[p->count++], f))
            return -1;
        if (!*at)
            return 0;
    }
}

int cli_policy_make(const struct book *b, char **words, struct buf *text, struct policy *p,
                    struct fault *f)
{
    if (take_branches(b, words, p, f))
        return -1;
    if (policy_format(p, text))
        return fault_memory(f);
    p->text = (struct field){text->data, text->len};
    return policy_spendable(p, f);
}

/* --- In words --------------------------------------------------------------------------------- */

int cli_account_list(const struct book *b, const struct account *accounts, size_t n,
                     struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        const char *before = i == 0 ? "" : i == n - 1 ? " and " : ", ";
        if (buf_add_string(out, before) ||
            buf_add_string(out, cli_account_words(b, &accounts[i]).text))
            return -1;
    }
    return 0;
}

int cli_policy_signers(const struct book *b, const struct policy_branch *branch, struct buf *out)
{
    bool all = branch->signers == branch->count;
    if (!all && (buf_add_string(out, "any ") || buf_add_number(out, branch->signers) ||
                 buf_add_string(out, " of ")))
        return -1;
    return cli_account_list(b, branch->keys, branch->count, out);
}

int cli_policy_branch(const struct book *b, const struct policy_branch *branch, struct buf *out)
{
    if (cli_policy_signers(b, branch, out))
        return -1;
    if (branch->after && (buf_add_string(out, ", from height ") ||
                          buf_add_number(out, branch->after) || buf_add_string(out, " on")))
        return -1;
    return branch->has_hash && (buf_add_string(out, ", with the preimage of ") ||
                                buf_add_string(out, hex32(branch->hash).text))
               ? -1
               : 0;
}
