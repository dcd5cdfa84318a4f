/*
 * The grammar that all records share: fields of printable ASCII, one space between (formats.md,
 * "Lines and fields"). Everything here points into the line that it was given and copies nothing.
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
#define TEXT_FORM_MAX 768 /* bytes of its form: every byte escaped */
#define FIELDS_MAX 16     /* more than any record that is split into fields has */

struct field {
    const char *text;
    size_t len;
};

/* Whether the bytes are a line of fields. 0, or -1 and a rule. */
int line_check(const char *line, size_t len, struct fault *f);

/* Whether the line that was read can be a record at all: neither cut nor too long, and a line of
 * fields. 0, or -1 and a rule. */
int line_form(const struct line *line, struct fault *f);

/* Splits a line that line_check let through. Gives the number of fields, of which the first
 * FIELDS_MAX are in out. */
size_t fields_split(const char *line, size_t len, struct field out[FIELDS_MAX]);

/* Whether the field reads exactly so. */
bool field_is(struct field x, const char *word);

/* Whether the line's first field reads exactly so. Asked of every line, mostly of a type that the
 * compiler can see. */
static inline bool line_is(const char *line, size_t len, const char *type)
{
    size_t n = strlen(type);
    return len >= n && memcmp(line, type, n) == 0 && (len == n || line[n] == ' ');
}

/* A line's fields in a row, from text on, for records that are read by the million. Each takes one
 * field with the space behind it, or gives false and no reason: then the record is read anew, field
 * by field. */
struct cursor {
    const char *text, *end;
};
bool cursor_word(struct cursor *c, const char *word);
bool cursor_number(struct cursor *c, int64_t *out);
bool cursor_id(struct cursor *c, uint8_t out[ID_LEN]);
bool cursor_any(struct cursor *c, struct field *out);

/* Each parses one field: 0, or -1 and a rule that begins with what (the field's name). */
int field_number(struct field x, const char *what, int64_t *out, struct fault *f);
int field_id(struct field x, const char *what, uint8_t out[ID_LEN], struct fault *f);
int field_signature(struct field x, const char *what, uint8_t out[SIGNATURE_LEN], struct fault *f);

/* Checks a text's form. 0, or -1 and a rule. */
int field_text(struct field x, const char *what, struct fault *f);

/* The bytes of a text whose form was checked: how many, at most TEXT_MAX. */
size_t text_decode(struct field x, char out[TEXT_MAX]);

/* The one form of n bytes, n at most TEXT_MAX: its length; no terminator. */
size_t text_encode(const char *bytes, size_t n, char out[TEXT_FORM_MAX]);

#endif
