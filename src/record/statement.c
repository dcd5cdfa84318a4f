#include "record/statement.h"

#include "record/types.h"

static const struct signed_field fields[] = {
    {"statement: account", SIGNED_BY_ACCOUNT, 0, NULL},
    {"statement: text", SIGNED_FIELD, offsetof(struct signed_text, text), field_text},
    {"statement: signature", SIGNED_END, 0, NULL},
};

const struct record_type statement_type = {.name = "statement", .fields = fields, .alone = true};

int statement_format(const struct signed_text *s, struct buf *out)
{
    return signed_format(&statement_type, &s->line, s, out);
}
