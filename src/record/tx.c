#include "record/tx.h"

#include "record/tx_parts.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPERATION = 5, FIRST_ARGUMENT };

static int parse_operation(struct cursor *c, struct tx *tx, struct fault *f)
{
    for (const struct operation *const *op = operations; *op; op++)
        if (cursor_word(c, (*op)->name)) {
            tx->operation = *op;
            return (*op)->parse(c, tx, f);
        }
    struct field name = cursor_take_field(c);
    tx->operation = operation_named(name); /* one without arguments, at the end of the line */
    return tx->operation ? tx->operation->parse(c, tx, f)
                         : fault_rule(f, "tx: unknown operation '%.*s'",
                                      name.len > 40 ? 40 : (int)name.len, name.text);
}

static int parse_words(struct cursor *c, struct tx *tx, struct fault *f)
{
    if (cursor_take_id(c, "tx: chain", tx->chain, f) ||
        cursor_take_account(c, "tx: from", &tx->from, f) ||
        cursor_take_number(c, "tx: seq", &tx->seq, f) ||
        cursor_take_number(c, "tx: fee", &tx->fee, f))
        return -1;
    tx->words.at = (uint32_t)(c->text - tx->line);
    return parse_operation(c, tx, f);
}

static int parse_fields(const char *line, size_t len, enum tx_extent extent, struct tx *tx,
                        struct fault *f)
{
    struct cursor c = {line, line + len};
    tx->line = line;
    tx->len = len;
    tx->proof = (struct tx_proof){0};
    tx->sponsor_signature = (struct piece){0};
    memset(tx->signature, 0, SIGNATURE_LEN);
    cursor_take_field(&c);
    if (parse_words(&c, tx, f))
        return -1;
    tx->words.len = (uint32_t)(c.text - line) - tx->words.at - (c.text < c.end);
    return tx_take_end(&c, extent, tx, f);
}

/* --- The number of fields --------------------------------------------------------------------- */

/* The operation whose number of fields a line must have; if it is unknown, the first. */
static const struct operation *measure(const struct field x[], size_t n)
{
    const struct operation *op = n > OPERATION ? operation_named(x[OPERATION]) : NULL;
    return op ? op : operations[0];
}

/* A wrong number of fields is a better reason than what a field in the wrong place breaks: changes
 * *f in that case, unless the operation is unknown, or one that has any number of arguments. -1. */
static int miscounted(const struct tx *tx, bool is_signed, struct fault *f)
{
    const char *line = tx->line;
    size_t len = tx->len;
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x), common = FIRST_ARGUMENT + (size_t)is_signed;
    const struct operation *op = measure(x, n);
    size_t want = common + operation_arguments(op);
    if ((n > OPERATION && !operation_named(x[OPERATION])) || (op->repeated && n >= want))
        return -1;
    if (n >= common && operation_takes(op, n - common))
        return -1;
    if (is_signed && !op->repeated && n + 1 >= common && operation_takes(op, n + 1 - common))
        return fault_rule(f, "tx: %zu fields, expected %zu: it is not signed (txsign signs it)", n,
                          n + 1);
    return fault_rule(f, "tx: %zu fields, expected %zu%s", n, want, op->repeated ? " or more" : "");
}

/* That a line of a key lacks nothing but signatures is the best reason: changes *f in that case. */
static bool is_unsigned(const struct tx *tx, struct fault *f)
{
    struct tx as_unsigned = *tx;
    struct fault ignored;
    struct field x[FIELDS_MAX];
    size_t n = fields_split(tx->line, tx->len, x);
    if (tx->from.form == ACCOUNT_POLICY ||
        parse_fields(tx->line, tx->len, TX_UNSIGNED, &as_unsigned, &ignored))
        return false;
    fault_rule(f, "tx: %zu fields, expected %zu: it is not signed (txsign signs it)", n,
               n + 1 + tx->has_sponsor);
    return true;
}

static int parse(const char *line, size_t len, enum tx_extent extent, struct tx *tx,
                 struct fault *f)
{
    tx->from.form = ACCOUNT_KEY;
    tx->has_sponsor = false;
    if (!line_is(line, len, "tx"))
        return fault_rule(f, "not a tx");
    if (parse_fields(line, len, extent, tx, f) == 0)
        return 0;
    if (extent == TX_SIGNED && is_unsigned(tx, f))
        return -1;
    return tx->from.form == ACCOUNT_POLICY || tx->has_sponsor || extent == TX_PARTIAL
               ? -1
               : miscounted(tx, extent == TX_SIGNED, f);
}

int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    return parse(line, len, TX_SIGNED, tx, f);
}

int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    return parse(line, len, TX_UNSIGNED, tx, f);
}

int tx_parse_partial(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    return parse(line, len, TX_PARTIAL, tx, f);
}

/* A broken line claims it by its number of fields; only of plain ones does that tell. */
static bool claims(const char *line, size_t len, enum tx_extent extent)
{
    struct tx tx;
    struct fault f;
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x), common = FIRST_ARGUMENT + (size_t)(extent == TX_SIGNED);
    if (parse(line, len, extent, &tx, &f) == 0)
        return true;
    return tx.from.form != ACCOUNT_POLICY && !tx.has_sponsor && n >= common &&
           operation_takes(measure(x, n), n - common);
}

bool tx_is_signed(const char *line, size_t len)
{
    return claims(line, len, TX_SIGNED);
}

bool tx_is_unsigned(const char *line, size_t len)
{
    return claims(line, len, TX_UNSIGNED);
}

int tx_format(const struct tx *tx, struct field words, struct buf *out)
{
    char line[2 * ID_LEN + ACCOUNT_TEXT_MAX + 2 * 20 + 32];
    int n = snprintf(line, sizeof line, "tx %s %s %" PRId64 " %" PRId64 " ", hex32(tx->chain).text,
                     account_text(&tx->from).text, tx->seq, tx->fee);
    if (buf_add(out, line, (size_t)n) || buf_add(out, words.text, words.len))
        return -1;
    if (!tx->has_sponsor)
        return 0;
    return buf_add_string(out, " sponsor ") || buf_add_string(out, account_text(&tx->sponsor).text)
               ? -1
               : 0;
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct tx tx;
    return tx_parse(line, len, &tx, f);
}

const struct record_type tx_type = {.name = "tx",
                                    .check = check,
                                    .of_chain = true,
                                    .in_body = true,
                                    .alone = true,
                                    .gossiped = true};
