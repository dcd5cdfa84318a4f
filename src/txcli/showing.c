#include "txcli/showing.h"

#include "cli/cli.h"
#include "record/policy_make.h"

#include <inttypes.h>
#include <string.h>

void showing_open(struct showing *s, const struct book *book)
{
    struct fault f = {0};
    s->book = book;
    s->has_secret = s->preimage != NULL;
    if (s->has_secret)
        s->secret = cli_read_preimage(s->preimage);
    if (!s->policies)
        return;
    s->more = book_new();
    cli_memory(!s->more);
    if (book_read(s->more, s->policies, &f) == 0)
        return;
    f.kind = FAULT_TROUBLE;
    cli_fail(s->policies, &f);
}

void showing_close(struct showing *s)
{
    explicit_bzero(&s->secret, sizeof s->secret);
    book_free(s->more);
}

/* The policy of FROM, from where there is one. */
static int find_policy(const struct showing *s, const struct tx *tx, struct policy *p,
                       struct fault *f)
{
    const char *text = s->more ? book_policy(s->more, &tx->from) : NULL;
    if (!text)
        text = book_policy(s->book, &tx->from);
    if (text)
        return policy_parse(text, strlen(text), p, f);
    return fault_rule(f,
                      "no policy is known of %s: -P FILE, or a line of the address book (policy)",
                      account_text(&tx->from).text);
}

static bool fits(const struct showing *s, const struct policy_branch *b)
{
    return !b->has_hash || (s->has_secret && memcmp(s->secret.hash, b->hash, ID_LEN) == 0);
}

/* Without a ledger, a branch with a time lock counts as closed. */
static bool is_open(const struct showing *s, const struct policy *p, unsigned branch)
{
    const struct policy_branch *b = &p->branches[branch];
    struct fault never;
    return policy_branch_spendable(p, branch, &never) == 0 && fits(s, b) &&
           b->after <= (s->height < 0 ? 0 : s->height);
}

static int choose(const struct showing *s, const struct policy *p, unsigned *branch,
                  struct fault *f)
{
    if (s->branch >= p->count)
        return fault_rule(f, "-y: there is no branch %" PRId64 ": the policy has %u, from 0 on",
                          s->branch, p->count);
    if (s->branch >= 0 || p->count == 1) {
        *branch = s->branch < 0 ? 0 : (unsigned)s->branch;
        return 0;
    }
    for (*branch = 0; *branch < p->count; ++*branch)
        if (is_open(s, p, *branch))
            return 0;
    return fault_rule(f, "no branch of this policy is open now (policy -w lists them): -y BRANCH "
                         "chooses one");
}

/* Whether the chosen branch can be shown. */
static int check(struct showing *s, const struct policy *p, unsigned branch, struct fault *f)
{
    const struct policy_branch *b = &p->branches[branch];
    if (policy_branch_spendable(p, branch, f))
        return -1;
    if (!fits(s, b))
        return s->has_secret
                   ? fault_rule(f, "-i: this is not the preimage that branch %u asks for", branch)
                   : fault_rule(f, "branch %u needs a preimage: -i FILE", branch);
    if (s->height >= 0 && b->after > s->height && !s->warned)
        cli_warn("branch %u opens at height %" PRId64 "; the next block has height %" PRId64,
                 branch, b->after, s->height);
    s->warned |= b->after > s->height;
    return 0;
}

static int append(const struct policy *p, unsigned branch, struct field preimage, struct buf *line)
{
    if (buf_add_string(line, " ") || buf_add(line, p->text.text, p->text.len) ||
        buf_add_string(line, " by ") || buf_add_number(line, branch))
        return -1;
    return p->branches[branch].has_hash &&
                   (buf_add_string(line, " show ") || buf_add(line, preimage.text, preimage.len))
               ? -1
               : 0;
}

/* The proof of an earlier line. */
static int find_shown(const struct tx *tx, struct policy *p, struct field *preimage,
                      struct fault *f)
{
    struct field text = tx_field(tx, tx->proof.policy);
    *preimage = tx_field(tx, tx->proof.preimage);
    return policy_parse(text.text, text.len, p, f);
}

int showing_append(struct showing *s, const struct tx *tx, struct buf *line, struct fault *f)
{
    struct policy p = {0};
    unsigned branch = tx->proof.branch;
    struct field preimage = {s->secret.digits, 2 * (size_t)ID_LEN};
    if (tx->proof.policy.len
            ? find_shown(tx, &p, &preimage, f)
            : find_policy(s, tx, &p, f) || choose(s, &p, &branch, f) || check(s, &p, branch, f))
        return -1;
    return append(&p, branch, preimage, line) ? fault_memory(f) : 0;
}
