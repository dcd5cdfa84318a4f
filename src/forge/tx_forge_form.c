/* Lines of transactions that are not in canonical form. */
#include "base/chance.h"
#include "forge/tx_forge_parts.h"

#include <string.h>

enum { CHAIN = 1, FROM, SEQ, FEE, OPERATION, TO, AMOUNT, MEMO, SIGNATURE };

struct edit {
    int field;
    enum { BEFORE, BEHIND, INSTEAD, CAPITAL, CUT } how;
    const char *text;
};

/* Lines that look like transactions to a careless reader. None has nine fields: txsign would append
 * a signature to those. */
static const struct edit edits[] = {
    {SEQ, BEFORE, "0"},        {FEE, BEFORE, "+"},        {FEE, BEFORE, " "},
    {AMOUNT, BEFORE, "0"},     {AMOUNT, BEFORE, "-"},     {AMOUNT, BEHIND, ".0"},
    {AMOUNT, INSTEAD, "0"},    {CHAIN, CAPITAL, NULL},    {AMOUNT, INSTEAD, "9223372036854775808"},
    {FROM, CAPITAL, NULL},     {TO, CAPITAL, NULL},       {SIGNATURE, CAPITAL, NULL},
    {TO, CUT, NULL},           {FROM, BEHIND, "0"},       {SIGNATURE, CUT, NULL},
    {MEMO, BEHIND, "%c3%a9"},  {MEMO, BEHIND, "%41"},     {MEMO, BEHIND, "\xc3\xa9"},
    {MEMO, BEFORE, " "},       {TO, BEFORE, "\t"},        {SIGNATURE, BEHIND, " "},
    {SIGNATURE, BEHIND, "\r"}, {SIGNATURE, BEFORE, "- "}, {OPERATION, INSTEAD, "Pay"},
};

enum { EDITS = sizeof edits / sizeof *edits };

/* Capitalises the first of its letters, a to f. */
static void make_capital(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] >= 'a') {
            text[i] = (char)(text[i] - 'a' + 'A');
            return;
        }
}

/* Replaces the n bytes at `at` by text. 0, or -1: no memory. */
static int splice(struct buf *b, size_t at, size_t n, const char *text)
{
    size_t len = strlen(text);
    if (buf_reserve(b, len))
        return -1;
    memmove(b->data + at + len, b->data + at + n, b->len - at - n);
    memcpy(b->data + at, text, len);
    b->len += len - n;
    return 0;
}

static int edit_line(struct buf *line, const struct edit *e)
{
    struct field x[FIELDS_MAX];
    fields_split(line->data, line->len, x);
    size_t at = (size_t)(x[e->field].text - line->data), len = x[e->field].len;
    switch (e->how) {
    case BEFORE:
        return splice(line, at, 0, e->text);
    case BEHIND:
        return splice(line, at + len, 0, e->text);
    case INSTEAD:
        return splice(line, at, len, e->text);
    case CUT:
        return splice(line, at + len - 1, 1, "");
    default:
        make_capital(line->data + at, len);
        return 0;
    }
}

bool forge_is_malformed(const struct buf *line, struct fault *why)
{
    struct tx tx;
    return line_check(line->data, line->len, why) || tx_parse(line->data, line->len, &tx, why);
}

/* An id without letters cannot be capitalised, and its line is left unchanged: the next edit is
 * tried then. */
int forge_form(struct forger *g, struct tx *tx, const struct forge_sender *sender,
               struct forgery *out, struct fault *f)
{
    uint64_t i = chance_below(&g->chance, EDITS);
    (void)sender;
    if (forge_put_signed(g, tx, out, f))
        return -1;
    do {
        if (edit_line(&out->line, &edits[i++ % EDITS]))
            return fault_memory(f);
    } while (!forge_is_malformed(&out->line, &out->rule));
    return 0;
}
