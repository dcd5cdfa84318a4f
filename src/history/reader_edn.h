/* Values in EDN, as far as Jepsen writes them (github.com/edn-format/edn): nil, words, strings, and
 * vectors, lists and sets of these, which may hold one more. */
#ifndef HISTORY_READER_EDN_H
#define HISTORY_READER_EDN_H

#include "history/reader_parts.h"

enum edn_shape {
    EDN_NONE,
    EDN_WORD,   /* a number, a symbol, a string or nil */
    EDN_NAME,   /* a keyword */
    EDN_VECTOR, /* or a list */
    EDN_SET,
};

/* A value: its words are count from `first` on in the reader's values. */
struct edn_value {
    enum edn_shape shape;
    size_t first, count;
    enum edn_shape inner; /* of the last element, if that is a vector or a set */
};

/* Reads a value, whose words are appended after the first *count of r->values. 0; -1 and *f. */
int edn_read(struct op_reader *r, struct op_rest *rest, size_t *count, struct edn_value *v,
             struct fault *f);

/* Skips a value of any kind. 0; -1 and a rule: there is none, or it does not end. */
int edn_skip(struct op_reader *r, struct op_rest *rest, struct fault *f);

/* The index of a keyword, such as `:read`, in a list of words without colons that NULL ends. -1:
 * the text is no keyword (at NULL: there is none), or it is not there. */
int edn_keyword_find(const char *const *list, const struct op_text *text);

/* Skips blanks and commas. Whether something is left. */
bool edn_more(struct op_rest *rest);

/* Fills what a value says of an event that has its kind and name, and adds it to the history. key:
 * at NULL if the value may hold it. 0, or -1 and *f. */
int edn_event(struct op_reader *r, struct op_event *e, struct op_text key,
              const struct edn_value *v, struct fault *f);

#endif
