/* The types of records as objects with named fields: json.h writes them, unjson.h reads them. */
#ifndef EXPORT_FORM_H
#define EXPORT_FORM_H

#include "record/tx.h"

enum form_kind {
    FORM_NUMBER,
    FORM_STRING,
    FORM_PLAIN, /* a string in which JSON escapes nothing: hex digits, words */
    FORM_TEXT,  /* a string in its text form; NAME_utf8 has its bytes if they are UTF-8 */
    FORM_VALUE, /* a number if it looks like one, otherwise a string: a rule's */
    FORM_LIST,  /* all remaining fields, as an array of strings */
    FORM_COUNT, /* a number, and so many fields: these, as an array of strings */
    FORM_REST,  /* the rest of the line, as a string */
};

struct form_field {
    const char *name;
    enum form_kind kind;
    bool optional;
};

#define FORM_FIELDS_MAX 9

/* A type of record: its fields in the order of the line. Those of a transaction are in json_tx.c
 * and unjson_tx.c. */
struct form {
    const char *type;
    bool in_body; /* it may be in a block's body */
    int count;
    struct form_field fields[FORM_FIELDS_MAX];
};

/* The form of the type with this name; NULL: the type is unknown. That of a signed line is
 * written to *made, from its fields (record/signed.h). */
const struct form *form_named(const char *name, size_t n, struct form *made);

/* The form for lines of unknown types, and for lines not in the form of their type: OTHER, whose
 * only field is the line. No line has this type's name. */
extern const struct form form_other;

/* The form of a line that line_check accepted, by its first field, as for form_named; form_other if
 * the type is unknown. */
const struct form *form_of(const char *line, size_t len, struct form *made);

/* The form of a transaction. */
extern const struct form form_tx;

/* Whether such a line matches its form in every field: 0, or -1 and a rule. */
int form_check(const struct form *form, const char *line, size_t len, struct fault *f);

/* The same for a transaction, signed, unsigned or by some of those who must sign it: parses it. */
int form_parse_tx(const char *line, size_t len, struct tx *tx, struct fault *f);

/* How a JSON object has an argument of an operation. */
enum form_kind form_of_argument(enum argument_kind kind);

#endif
