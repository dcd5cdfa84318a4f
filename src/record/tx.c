#include "record/tx.h"

#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CHAIN = 1, FROM, SEQ, FEE, OPERATION, TO, AMOUNT, MEMO, SIGNATURE, SIGNED_FIELDS };

static int parse_fields(const struct field x[], struct tx *tx, struct fault *f)
{
    if (field_id(x[CHAIN], "tx: chain", tx->chain, f) ||
        account_field(x[FROM], "tx: from", &tx->from, f) ||
        field_number(x[SEQ], "tx: seq", &tx->seq, f) ||
        field_number(x[FEE], "tx: fee", &tx->fee, f))
        return -1;
    if (!field_is(x[OPERATION], "pay"))
        return fault_rule(f, "tx: unknown operation '%.*s'",
                          x[OPERATION].len > 40 ? 40 : (int)x[OPERATION].len, x[OPERATION].text);
    if (account_field(x[TO], "tx: to", &tx->to, f) ||
        field_number(x[AMOUNT], "tx: amount", &tx->amount, f) || field_text(x[MEMO], "tx: memo", f))
        return -1;
    tx->memo = x[MEMO];
    return tx->amount == 0 ? fault_rule(f, "tx: amount is 0") : 0;
}

static int parse(const char *line, size_t len, size_t want, struct tx *tx, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "tx"))
        return fault_rule(f, "not a tx");
    if (n == SIGNED_FIELDS - 1 && want == SIGNED_FIELDS)
        return fault_rule(f, "tx: %zu fields, expected %zu: it is not signed (txsign signs it)", n,
                          want);
    if (n != want)
        return fault_rule(f, "tx: %zu fields, expected %zu", n, want);
    tx->line = line;
    tx->len = len;
    return parse_fields(x, tx, f);
}

/* A fast path for signed transactions without a fault. */
static bool parse_sound(const char *line, size_t len, struct tx *tx)
{
    struct fault ignored;
    struct cursor c = {line, line + len};
    if (!cursor_word(&c, "tx") || !cursor_id(&c, tx->chain) || !cursor_account(&c, &tx->from) ||
        !cursor_number(&c, &tx->seq) || !cursor_number(&c, &tx->fee) || !cursor_word(&c, "pay") ||
        !cursor_account(&c, &tx->to) || !cursor_number(&c, &tx->amount) ||
        !cursor_any(&c, &tx->memo))
        return false;
    struct field signature = {c.text, (size_t)(c.end - c.text)};
    tx->line = line;
    tx->len = len;
    tx->signed_len = signed_length(line, signature);
    return tx->amount > 0 && field_text(tx->memo, "", &ignored) == 0 &&
           field_signature(signature, "", tx->signature, &ignored) == 0;
}

int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    if (parse_sound(line, len, tx))
        return 0;
    if (parse(line, len, SIGNED_FIELDS, tx, f))
        return -1;
    tx->signed_len = (size_t)(tx->memo.text - line) + tx->memo.len;
    struct field signature = {line + tx->signed_len + 1, len - tx->signed_len - 1};
    return field_signature(signature, "tx: signature", tx->signature, f);
}

int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f)
{
    if (parse(line, len, SIGNED_FIELDS - 1, tx, f))
        return -1;
    tx->signed_len = len;
    memset(tx->signature, 0, SIGNATURE_LEN);
    return 0;
}

bool tx_is_signed(const char *line, size_t len)
{
    struct field x[FIELDS_MAX];
    return fields_split(line, len, x) == SIGNED_FIELDS;
}

int tx_format(const struct tx *tx, struct buf *out)
{
    char line[2 * ID_LEN + 2 * ACCOUNT_TEXT_MAX + 3 * 20 + 32 + TEXT_FORM_MAX];
    int n = snprintf(line, sizeof line, "tx %s %s %" PRId64 " %" PRId64 " pay %s %" PRId64 " %.*s",
                     hex32(tx->chain).text, account_text(&tx->from).text, tx->seq, tx->fee,
                     account_text(&tx->to).text, tx->amount, (int)tx->memo.len, tx->memo.text);
    return buf_add(out, line, (size_t)n);
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
