#include "record/tx.h"

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

/* The last field of a signed transaction, the end of another. */
static int parse_end(const struct cursor *c, bool is_signed, struct tx *tx, struct fault *f)
{
    struct field rest = {c->text, (size_t)(c->end - c->text)};
    tx->signed_len = is_signed ? signed_length(tx->line, rest) : tx->len;
    if (is_signed)
        return field_signature(rest, "tx: signature", tx->signature, f);
    memset(tx->signature, 0, SIGNATURE_LEN);
    return rest.len ? fault_rule(f, "tx: more after its end") : 0;
}

static int parse_fields(const char *line, size_t len, bool is_signed, struct tx *tx,
                        struct fault *f)
{
    struct cursor c = {line, line + len};
    tx->line = line;
    tx->len = len;
    cursor_take_field(&c);
    if (parse_words(&c, tx, f))
        return -1;
    tx->words.len = (uint32_t)(c.text - line) - tx->words.at - (c.text < c.end);
    return parse_end(&c, is_signed, tx, f);
}

/* The operation whose number of fields a line must have; if it is unknown, the first. */
static const struct operation *measure(const struct field x[], size_t n)
{
    const struct operation *op = n > OPERATION ? operation_named(x[OPERATION]) : NULL;
    return op ? op : operations[0];
}

/* A wrong number of fields is a better reason than what a field in the wrong place breaks: changes
 * *f in that case. -1. */
static int miscounted(const char *line, size_t len, bool is_signed, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x), common = FIRST_ARGUMENT + (size_t)is_signed;
    const struct operation *op = measure(x, n);
    size_t want = common + operation_arguments(op);
    if (n >= common && operation_takes(op, n - common))
        return -1;
    if (is_signed && n + 1 >= common && operation_takes(op, n + 1 - common))
        return fault_rule(f, "tx: %zu fields, expected %zu: it is not signed (txsign signs it)", n,
                          n + 1);
    return fault_rule(f, "tx: %zu fields, expected %zu%s", n, want, op->repeated ? " or more" : "");
}

static int parse(const char *line, size_t len, bool is_signed, struct tx *tx, struct fault *f)
{
    if (!line_is(line, len, "tx"))
        return fault_rule(f, "not a tx");
    return parse_fields(line, len, is_signed, tx, f) ? miscounted(line, len, is_signed, f) : 0;
}

int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    return parse(line, len, true, tx, f);
}

int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    return parse(line, len, false, tx, f);
}

static bool is_counted(const char *line, size_t len, bool is_signed)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x), common = FIRST_ARGUMENT + (size_t)is_signed;
    return n >= common && operation_takes(measure(x, n), n - common);
}

bool tx_is_signed(const char *line, size_t len)
{
    return is_counted(line, len, true);
}

bool tx_is_unsigned(const char *line, size_t len)
{
    return is_counted(line, len, false);
}

int tx_format(const struct tx *tx, struct field words, struct buf *out)
{
    char line[2 * ID_LEN + ACCOUNT_TEXT_MAX + 2 * 20 + 32];
    int n = snprintf(line, sizeof line, "tx %s %s %" PRId64 " %" PRId64 " ", hex32(tx->chain).text,
                     account_text(&tx->from).text, tx->seq, tx->fee);
    return buf_add(out, line, (size_t)n) || buf_add(out, words.text, words.len) ? -1 : 0;
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
