/* The form of a transaction, field by field: what it does, and who pays and signs. */
#include "explain/fields.h"

#include <inttypes.h>
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

/* How many fields the line has that begins with this word; 0: it is no line that members sign. */
static int line_fields(struct field word)
{
    static const char *const words[] = {"vote", "proposal", "attest", "block"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (field_is(word, words[i]))
            return i == 3 ? 9 : 8;
    return 0;
}

/* Whether the judge has found a fault in the lines of an accusation. */
static bool fails_there(const struct explain *x, uint64_t line)
{
    return explain_fails(x, line, "tx: accuse: ") ||
           (explain_fails(x, line, "") && !explain_fails(x, line, "tx: "));
}

/* The two lines of an accusation: the script's function knows all about them. */
static bool take_lines(struct field_walk *w)
{
    struct explain *x = w->x;
    explain_say(x,
                "# Two lines follow that one member has signed, and no honest member signs.\n"
                "at=%" PRIu64 " chain_named=$2\ntake_evidence",
                w->line);
    for (struct cursor c = w->c; c.text < c.end;)
        explain_quote_field(x, cursor_take_field(&c));
    explain_say(x, "\n");
    x->ended |= x->item->broken && fails_there(x, w->line);
    for (int line = 0; line < 2; line++) {
        int n = line_fields(explain_peek(w));
        if (n == 0)
            return false;
        for (; n > 0; n--, w->at++)
            w->field = cursor_take_field(&w->c);
    }
    return !x->ended && w->field.len > 0;
}

static bool take_member_key(struct field_walk *w, const char *name, const char *rule)
{
    char unsound[96], quoted[96];
    snprintf(quoted, sizeof quoted, "%s: '", rule);
    snprintf(unsound, sizeof unsound, "%s: not canonical", rule);
    if (!explain_hex(w, name, 64, quoted))
        return false;
    explain_say(w->x, "is_sound \"$%d\"", w->at);
    explain_or_no(w->x, w->line, "%s", unsound);
    return !w->x->ended;
}

static bool take_argument(struct field_walk *w, const struct operation *op,
                          const struct argument *a)
{
    char rule[64];
    int n = snprintf(rule, sizeof rule, "tx: %s", a->name);
    if (a->kind == ARGUMENT_ACCOUNT && strcmp(op->name, "admit") == 0)
        return take_member_key(w, a->name, rule);
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

/* A stake is that of an Ed25519 key: judged before the amount is, if that is a number. */
static bool can_stake(struct field_walk *w, const struct operation *op)
{
    if (strcmp(op->name, "stake") && strcmp(op->name, "unstake"))
        return true;
    explain_say(w->x, "# Only an Ed25519 key can have a stake.\nis_hex \"$3\" 64 64");
    explain_or_no(w->x, w->line, "tx: only an Ed25519 key");
    return !w->x->ended;
}

static bool take_words(struct field_walk *w)
{
    const struct operation *op = take_operation(w);
    size_t single = op ? operation_arguments(op) - op->repeated : 0, times = 0;
    char rule[64];
    if (op && op->arguments[0].kind == ARGUMENT_LINE)
        return take_lines(w);
    for (size_t i = 0; op && i < single; i++)
        if (!take_argument(w, op, &op->arguments[i]) || !can_stake(w, op))
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
            if (!take_argument(w, op, &op->arguments[i]))
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
    return op && !op->repeated && op->arguments[0].kind != ARGUMENT_LINE;
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
