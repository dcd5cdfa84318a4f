/*
 * record/policy: a policy that is read gives back the very line, and the account that hashes it;
 * its words make it again (cli/policy). And whose turn it is among the signers of any transaction
 * (cli/turn).
 */
#include "record/policy.h"
#include "cli/policy.h"
#include "cli/turn.h"
#include "fuzz.h"
#include "hash/sha256.h"
#include "record/policy_make.h"

enum { WORDS = 256 };

/* The words of a text, in a copy of it. NULL: it has more. */
static char **split(char *copy, char *words[WORDS + 1])
{
    size_t n = 0;
    for (char *word; (word = strsep(&copy, " \n"));) {
        if (n == WORDS)
            return NULL;
        words[n++] = word;
    }
    words[n] = NULL;
    return words;
}

/* What the words make can be read, and makes itself again. */
static void check_words(const char *text, size_t len, bool must_make)
{
    char *copy = strndup(text, len), *words[WORDS + 1];
    struct buf made = {0}, said = {0};
    struct book *b = book_new();
    struct policy p, again;
    struct fault f;
    must(copy && b);
    bool is_made = split(copy, words) && cli_policy_make(b, words, &made, &p, &f) == 0;
    must(is_made || !must_make);
    if (is_made) {
        must(policy_parse(made.data, made.len, &again, &f) == 0);
        must(policy_spendable(&again, &f) == 0);
        for (unsigned i = 0; i < again.count; i++)
            must(cli_policy_branch(b, &again.branches[i], &said) == 0);
    }
    if (must_make)
        must_equal(made.data + 7, made.len - 7, text, len);
    else if (is_made)
        check_words(made.data + 7, made.len - 7, true);
    buf_free(&made);
    buf_free(&said);
    book_free(b);
    free(copy);
}

static void check_line(const struct policy *p, const char *line, size_t len)
{
    struct buf again = {0};
    uint8_t id[ID_LEN];
    struct account account = policy_account(p);
    struct fault f;
    must(policy_format(p, &again) == 0);
    must_equal(again.data, again.len, line, len);
    sha256(line, len, id);
    must(account.form == ACCOUNT_POLICY && memcmp(account.id, id, ID_LEN) == 0);
    for (unsigned i = 0; i < p->count; i++) {
        const struct policy_branch *b = &p->branches[i];
        must(b->count && b->count <= POLICY_KEYS_MAX && b->signers && b->signers <= b->count);
        for (unsigned k = 0; k < b->count; k++)
            must(policy_key(b, &b->keys[k]) == (int)k && account_is_key(&b->keys[k]));
    }
    if (policy_spendable(p, &f) == 0)
        check_words(line + 7, len - 7, true);
    buf_free(&again);
}

/* Nobody here has a key: either none is missing, or a reason says whose. */
static void check_turn(const char *line, size_t len)
{
    struct keyring nobody = {0};
    const struct secret_key *key;
    struct tx tx, whole;
    struct fault f;
    if (tx_parse_partial(line, len, &tx, &f))
        must(tx_parse(line, len, &whole, &f) && tx_parse_unsigned(line, len, &whole, &f));
    else if (turn_next(&tx, &nobody, &key, &f) == 0)
        must(!key && tx_parse(line, len, &whole, &f) == 0);
    else
        must(f.kind == FAULT_RULE && f.text[0] && tx_parse(line, len, &whole, &f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data;
    struct policy p;
    struct fault f;
    if (n > LINE_MAX_LEN)
        return 0;
    if (!memchr(data, 0, n))
        check_words(text, n, false);
    if (line_check(text, n, &f))
        return 0;
    if (policy_parse(text, n, &p, &f) == 0)
        check_line(&p, text, n);
    else
        must(f.kind == FAULT_RULE && f.text[0]);
    if (line_is(text, n, "tx"))
        check_turn(text, n);
    return 0;
}
