/* The form of a transaction, field by field: what it does, and who pays and signs. */
#include "explain/fields.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ARGUMENT = 6, PAYMENTS_MAX = 256 };

static bool is_account(struct field x)
{
    struct account a;
    struct fault ignored;
    return account_field(x, "", &a, &ignored) == 0;
}

static bool take_amount(struct field_walk *w, const char *name, const char *rule)
{
    int64_t n = 0;
    return explain_number(w, name, rule, &n) &&
           (strcmp(name, "amount") != 0 ||
            explain_passes(w, "[ %s -ge 1 ]", n >= 1, "tx: amount is 0"));
}

static bool take_argument(struct field_walk *w, const struct argument *a)
{
    char rule[64];
    int n = snprintf(rule, sizeof rule, "tx: %s", a->name);
    if (a->kind == ARGUMENT_ACCOUNT)
        return explain_account(w, a->name, rule);
    snprintf(rule + n, sizeof rule - (size_t)n, ": ");
    return a->kind == ARGUMENT_NUMBER ? take_amount(w, a->name, rule)
                                      : explain_text(w, a->name, rule);
}

static const struct operation *take_operation(struct field_walk *w)
{
    if (!explain_next(w, "operation", "tx: unknown operation"))
        return NULL;
    explain_say(w->x, "case $6 in\n");
    for (const struct operation *const *op = operations; *op; op++)
        explain_say(w->x, "%s%s", op == operations ? "" : " | ", (*op)->name);
    explain_say(w->x, ") ;;\n*) false ;;\nesac");
    explain_or_no(w->x, w->line, "tx: unknown operation");
    return w->x->ended ? NULL : operation_named(w->field);
}

static bool take_words(struct field_walk *w)
{
    const struct operation *op = take_operation(w);
    size_t single = op ? operation_arguments(op) - op->repeated : 0, times = 0;
    char rule[64];
    for (size_t i = 0; op && i < single; i++)
        if (!take_argument(w, &op->arguments[i]))
            return false;
    if (!op || !op->repeated)
        return op;
    explain_say(w->x, "# What follows is repeated, up to the first field that is no account.\n");
    do {
        snprintf(rule, sizeof rule, "tx: %s: over", op->name);
        explain_say(w->x, "[ %zu -le %d ]", ++times, PAYMENTS_MAX);
        if (!explain_held(w, times <= PAYMENTS_MAX, rule))
            return false;
        for (size_t i = single; op->arguments[i].name; i++)
            if (!take_argument(w, &op->arguments[i]))
                return false;
    } while (is_account(explain_peek(w)));
    return true;
}

static bool take_sponsor(struct field_walk *w, struct field from)
{
    return explain_word(w, "sponsor", "tx: sponsor: ") &&
           explain_key(w, "sponsor, who pays the fee", "tx: sponsor", "tx: sponsor: a policy") &&
           explain_passes(w, "[ %s != \"$3\" ]",
                          w->field.len != from.len || memcmp(w->field.text, from.text, from.len),
                          "tx: sponsor: FROM");
}

/* The number of fields tells at once whether something is missing in a transaction of one key,
 * without a sponsor, if its operation has a fixed number of arguments. */
static void count_fields(struct field_walk *w, size_t n)
{
    struct field x[FIELDS_MAX];
    const struct operation *op = NULL;
    fields_split(w->c.text, (size_t)(w->c.end - w->c.text), x);
    if (n >= FIRST_ARGUMENT)
        op = operation_named(x[FIRST_ARGUMENT - 1]);
    if (!op)
        op = operations[0];
    size_t least = FIRST_ARGUMENT + operation_arguments(op) + 1;
    explain_say(w->x, op->repeated ? "[ $# -ge %zu ]" : "[ $# -eq %zu ]", least);
    if (op->repeated)
        explain_say(w->x, " && [ $((($# - %zu) %% %u)) -eq 0 ]", least, op->repeated);
    explain_or_no(w->x, w->line, "tx: %zu fields", n);
}

/* Whether all transactions with this operation have as many fields. */
static bool has_one_length(const struct field *fields, size_t n)
{
    if (n < FIRST_ARGUMENT)
        return true;
    const struct operation *op = operation_named(fields[FIRST_ARGUMENT - 1]);
    return op && !op->repeated;
}

static bool has_sponsor(const char *text, size_t len)
{
    static const char word[] = " sponsor ";
    return memmem(text, len, word, strlen(word)) != NULL;
}

static void take_end(struct field_walk *w, struct field from)
{
    struct field sponsor = {"", 0};
    struct cursor ahead = w->c;
    if (cursor_word(&ahead, "sponsor")) {
        if (!take_sponsor(w, from))
            return;
        sponsor = w->field;
    }
    if (*from.text == ACCOUNT_POLICY
            ? !explain_policy(w)
            : !explain_signature_form(w, from, "signature", "tx: signature: "))
        return;
    if (sponsor.len &&
        !explain_signature_form(w, sponsor, "sponsor's signature", "tx: sponsor's signature: "))
        return;
    explain_say(w->x, "# Nothing follows.\n[ $# -eq %d ]", w->at);
    explain_or_no(w->x, w->line, "tx: more after its end");
}

void explain_tx(struct explain *x, uint64_t line, const char *text, size_t len)
{
    struct field_walk w = {.x = x, .line = line, .c = {text, text + len}};
    struct field fields[FIELDS_MAX] = {{"", 0}};
    char counted[32];
    int64_t ignored;
    size_t n = fields_split(text, len, fields);
    struct field from = n > 2 ? fields[2] : (struct field){"", 0};
    bool is_policy = from.len && *from.text == ACCOUNT_POLICY;
    snprintf(counted, sizeof counted, "tx: %zu fields", n);
    explain_say(x, "# Its fields are $1, $2 and so on: %zu of them.\nset -- $line\n", n);
    if (explain_fails(x, line, counted) ||
        (!is_policy && !has_sponsor(text, len) && has_one_length(fields, n)))
        count_fields(&w, n);
    else
        explain_say(x, "[ $# -eq %zu ] || trouble 'other fields'\n", n);
    if (explain_next(&w, "type", "not a tx") && explain_hex(&w, "chain", 64, "tx: chain: ") &&
        explain_account(&w, "sender, from", "tx: from") &&
        explain_number(&w, "seq", "tx: seq: ", &ignored) &&
        explain_number(&w, "fee", "tx: fee: ", &ignored) && take_words(&w))
        take_end(&w, from);
}
