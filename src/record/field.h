/*
 * The grammar of all records: fields of printable ASCII with single spaces between them
 * (tx(5), "Lines and fields"). Everything here points into the given line and copies nothing.
 */
#ifndef RECORD_FIELD_H
#define RECORD_FIELD_H

#include "base/lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ID_LEN 32 /* a hash, id or account */
#define SIGNATURE_LEN 64
#define TEXT_MAX 256      /* bytes of a text, decoded */
#define TEXT_FORM_MAX 768 /* bytes of its encoded form: every byte escaped */
#define FIELDS_MAX 16     /* more fields than any record has that is split into fields */

/* The shortest line that can be a record, with its newline. What it takes to hold so many lines of
 * so many bytes follows from this; it is no rule of any chain. */
#define LINE_SIZE_MIN 2

struct field {
    const char *text;
    size_t len;
};

/* Whether the bytes are a line of fields. 0, or -1 and a rule. */
int line_check(const char *line, size_t len, struct fault *f);

/* Whether a line can be a record at all: neither cut nor too long, and made of fields. 0, or -1 and
 * a rule. */
int line_form(const struct line *line, struct fault *f);

/* For lines that people write with an editor: 0, or -1 and a rule if the file comes from a system
 * that writes text otherwise: with CR LF at a line's end, a byte order mark in front, or as UTF-16.
 */
int line_typed(const struct line *line, struct fault *f);

/* Splits a line that line_check let through. Gives the number of fields; the first FIELDS_MAX of
 * them are in out. */
size_t fields_split(const char *line, size_t len, struct field out[FIELDS_MAX]);

/* Whether the field is this word. */
bool field_is(struct field x, const char *word);

static inline bool field_equal(struct field x, struct field y)
{
    return x.len == y.len && memcmp(x.text, y.text, x.len) == 0;
}

/* Whether the line's first field is this word. Inline: it is asked of every line, mostly with a
 * constant. */
static inline bool line_is(const char *line, size_t len, const char *type)
{
    size_t n = strlen(type);
    return len >= n && memcmp(line, type, n) == 0 && (len == n || line[n] == ' ');
}

/* A fast path for records that are read by the million: each takes one field and the space after
 * it, or gives false without a reason; then the record is read again, field by field. */
struct cursor {
    const char *text, *end;
};
bool cursor_word(struct cursor *c, const char *word);
bool cursor_number(struct cursor *c, int64_t *out);
bool cursor_id(struct cursor *c, uint8_t out[ID_LEN]);

/* The same for records whose fields are known only as they are read: each takes one field, the last
 * of the line too, and parses it as field_number and so on do. At the end of the line they find an
 * empty field, which is none of these. */
struct field cursor_take_field(struct cursor *c);
int cursor_take_text(struct cursor *c, const char *what, struct field *out, struct fault *f);

/* The slow paths of the two below: take the field that begins here once more. */
int cursor_retake_number(struct cursor *c, const char *begin, const char *what, int64_t *out,
                         struct fault *f);
int cursor_retake_id(struct cursor *c, const char *begin, const char *what, uint8_t out[ID_LEN],
                     struct fault *f);

static inline int cursor_take_number(struct cursor *c, const char *what, int64_t *out,
                                     struct fault *f)
{
    const char *begin = c->text;
    return cursor_number(c, out) ? 0 : cursor_retake_number(c, begin, what, out, f);
}

static inline int cursor_take_id(struct cursor *c, const char *what, uint8_t out[ID_LEN],
                                 struct fault *f)
{
    const char *begin = c->text;
    return cursor_id(c, out) ? 0 : cursor_retake_id(c, begin, what, out, f);
}

/* Each parses one field: 0, or -1 and a rule that begins with what (the field's name). */
int field_number(struct field x, const char *what, int64_t *out, struct fault *f);
int field_id(struct field x, const char *what, uint8_t out[ID_LEN], struct fault *f);
int field_signature(struct field x, const char *what, uint8_t out[SIGNATURE_LEN], struct fault *f);

/* Checks a text's form. 0, or -1 and a rule. */
int field_text(struct field x, const char *what, struct fault *f);

/* The bytes of a text whose form was checked: how many, at most TEXT_MAX. */
size_t text_decode(struct field x, char out[TEXT_MAX]);

/* Encodes n bytes, at most TEXT_MAX, as a text. Gives its length; no terminator. */
size_t text_encode(const char *bytes, size_t n, char out[TEXT_FORM_MAX]);

#endif
