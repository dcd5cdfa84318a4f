/* What every type of record looks like as an object with named fields: what json.h writes, unjson.h
 * reads. */
#ifndef EXPORT_FORM_H
#define EXPORT_FORM_H

#include "record/field.h"

enum form_kind {
    FORM_NUMBER,
    FORM_STRING,
    FORM_PLAIN, /* a string in which JSON escapes nothing: hex digits, words */
    FORM_TEXT,  /* a string in its text form; NAME_utf8 has its bytes where they are UTF-8 */
    FORM_VALUE, /* a number where it reads like one, else a string: a rule's */
    FORM_LIST,  /* all fields that are left, as an array of strings */
    FORM_REST,  /* all that is left of the line, as a string */
};

struct form_field {
    const char *name;
    enum form_kind kind;
    bool optional;
};

#define FORM_FIELDS_MAX 9

/* A type of record: its fields in the order in which they stand in the line. */
struct form {
    const char *type;
    bool in_body; /* it can stand in a block's body */
    int count;
    struct form_field fields[FORM_FIELDS_MAX];
};

/* The form of the type with this name; NULL: none is known by it. */
const struct form *form_named(const char *type, size_t n);

/* The form of lines of no type that is known, or that are not of the form of theirs: OTHER, a field
 * that is the line. No line has this type's name. */
extern const struct form form_other;

/* The form that a line which line_check let through has by its first field, form_other where that
 * is no known type. */
const struct form *form_of(const char *line, size_t len);

/* Whether such a line has its form in every field: 0, or -1 and a rule. */
int form_check(const struct form *form, const char *line, size_t len, struct fault *f);

#endif
