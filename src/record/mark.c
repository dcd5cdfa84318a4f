#include "record/mark.h"

#include "base/hex.h"

static const char *const words[] = {
    [MARK_FLUFF] = "fluff",
    [MARK_ACCEPTED] = "accepted",
    [MARK_REFUSED] = "refused",
    [MARK_LATER] = "later",
};

enum { KINDS = sizeof words / sizeof *words };

/* KINDS: the line is no mark. */
static int kind_of(const char *line, size_t len)
{
    int kind = 0;
    while (kind < KINDS && !line_is(line, len, words[kind]))
        kind++;
    return kind;
}

bool mark_is(const char *line, size_t len)
{
    return kind_of(line, len) < KINDS;
}

int mark_parse(const char *line, size_t len, struct mark *m, struct fault *f)
{
    struct field fields[FIELDS_MAX];
    int kind = kind_of(line, len);
    if (kind == KINDS)
        return fault_rule(f, "not a mark");
    size_t n = fields_split(line, len, fields), expected = kind == MARK_REFUSED ? 3 : 2;
    if (n != expected)
        return fault_rule(f, "%s: %zu fields, expected %zu", words[kind], n, expected);
    *m = (struct mark){.kind = (enum mark_kind)kind};
    if (kind == MARK_REFUSED) {
        m->reason = fields[2];
        if (field_text(m->reason, "refused: reason", f))
            return -1;
    }
    if (field_id(fields[1], "id", m->id, f) == 0)
        return 0;
    return fault_rule(f, "%s: %s", words[kind], f->text);
}

int mark_format(enum mark_kind kind, const uint8_t id[ID_LEN], const char *reason, struct buf *out)
{
    char text[TEXT_FORM_MAX];
    struct hex32 hex = hex32(id);
    if (buf_add(out, words[kind], strlen(words[kind])) || buf_add(out, " ", 1) ||
        buf_add(out, hex.text, 2 * ID_LEN))
        return -1;
    if (kind == MARK_REFUSED) {
        size_t n = text_encode(reason, strnlen(reason, TEXT_MAX), text);
        if (buf_add(out, " ", 1) || buf_add(out, text, n))
            return -1;
    }
    return buf_add(out, "\n", 1);
}

enum mark_kind mark_of(const struct fault *f)
{
    static const enum mark_kind kinds[] = {
        [FAULT_REFUSED] = MARK_REFUSED,
        [FAULT_LATER] = MARK_LATER,
        [FAULT_KNOWN] = MARK_ACCEPTED,
        [FAULT_UNPAID] = MARK_REFUSED,
    };
    return kinds[f->answer];
}
