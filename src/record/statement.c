#include "record/statement.h"

#include <stdio.h>

enum { ACCOUNT = 1, TEXT, SIGNATURE, FIELDS };

int statement_parse(const char *line, size_t len, struct signed_text *s, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "statement"))
        return fault_rule(f, "not a statement");
    if (n != FIELDS)
        return fault_rule(f, "statement: %zu fields, expected %d", n, FIELDS);
    if (account_field(x[ACCOUNT], "statement: account", &s->account, f) ||
        field_text(x[TEXT], "statement: text", f) ||
        field_signature(x[SIGNATURE], "statement: signature", s->signature, f))
        return -1;
    s->text = x[TEXT];
    s->line = line;
    s->len = len;
    s->signed_len = (size_t)(x[SIGNATURE].text - line) - 1;
    return 0;
}

int statement_format(const struct signed_text *s, struct buf *out)
{
    char line[ACCOUNT_TEXT_MAX + 16 + TEXT_FORM_MAX];
    int n = snprintf(line, sizeof line, "statement %s %.*s", account_text(&s->account).text,
                     (int)s->text.len, s->text.text);
    return buf_add(out, line, (size_t)n);
}
