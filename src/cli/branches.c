#include "cli/branches.h"

#include "base/date.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/policy.h"
#include "record/policy_make.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct preimage *preimage_of(const struct policy_branch *branch, const struct preimage *all,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (branch->has_hash && memcmp(all[i].hash, branch->hash, ID_LEN) == 0)
            return &all[i];
    return NULL;
}

static bool has_key(const struct holdings *h, const struct account *key)
{
    for (size_t i = 0; i < h->count; i++)
        if (account_equal(&h->keys[i], key))
            return true;
    return h->count == 0;
}

/* The keys of the branch that are there, as `held` says, or are missing. */
static unsigned select_keys(const struct holdings *h, const struct policy_branch *branch, bool held,
                            struct account out[POLICY_KEYS_MAX])
{
    unsigned n = 0;
    for (unsigned i = 0; i < branch->count; i++)
        if (has_key(h, &branch->keys[i]) == held)
            out[n++] = branch->keys[i];
    return n;
}

/* " (about 2026-01-31T12:00:00Z, in 812 blocks)" */
static void put_wait(const struct holdings *h, int64_t after)
{
    int64_t time, blocks = after - h->height;
    char date[DATE_MAX] = "";
    if (h->time >= 0 && !__builtin_mul_overflow(blocks + 1, h->spacing, &time) &&
        number_add(time, h->time, &time) == 0)
        date_format(time, date);
    cli_put_format(" (in %" PRId64 " block%s%s%s)", blocks, blocks == 1 ? "" : "s",
                   *date ? ", about " : "", date);
}

static void put_words(const char *before, const struct buf *words)
{
    cli_put_string(before);
    cli_put(words->data, words->len);
}

static void put_lacking(const struct book *b, const struct policy_branch *branch,
                        const struct account *missing, unsigned n, unsigned held)
{
    struct buf words = {0};
    unsigned more = branch->signers - held;
    cli_memory(cli_account_list(b, missing, n, &words));
    cli_put_format(" lacking: %u signature%s of ", more, more == 1 ? "" : "s");
    put_words("", &words);
    buf_free(&words);
}

static void put_open(const struct book *b, const struct policy_branch *branch)
{
    struct buf words = {0};
    cli_memory(cli_policy_branch(b, branch, &words));
    put_words(" open: ", &words);
    buf_free(&words);
}

/* What holds the branch, the worst first; true: nothing. */
static bool put_branch(const struct book *b, const struct policy *p, unsigned i,
                       const struct holdings *h)
{
    const struct policy_branch *branch = &p->branches[i];
    struct account missing[POLICY_KEYS_MAX], there[POLICY_KEYS_MAX];
    unsigned lacks = select_keys(h, branch, false, missing);
    unsigned held = select_keys(h, branch, true, there);
    struct fault never;
    bool is_open = false;
    cli_put_format("%u", i);
    if (policy_branch_spendable(p, i, &never)) {
        cli_put_format(" never: %s", never.text);
    } else if (branch->after > h->height) {
        cli_put_format(" locked: until height %" PRId64, branch->after);
        put_wait(h, branch->after);
    } else if (branch->has_hash && !preimage_of(branch, h->preimages, h->preimage_count)) {
        cli_put_format(" locked: until the preimage of %s is shown", hex32(branch->hash).text);
    } else if (held < branch->signers) {
        put_lacking(b, branch, missing, lacks, held);
    } else {
        put_open(b, branch);
        is_open = true;
    }
    cli_put_string("\n");
    return is_open;
}

bool cli_put_branches(const struct book *b, const struct policy *p, const struct holdings *h)
{
    bool is_open = false;
    for (unsigned i = 0; i < p->count; i++)
        is_open |= put_branch(b, p, i, h);
    return is_open;
}
