/* What the forms of a history's lines have in common. */
#ifndef HISTORY_READER_PARTS_H
#define HISTORY_READER_PARTS_H

#include "history/reader.h"

/* What is left of a line. */
struct op_rest {
    const char *at, *end;
};

/* The index of a word in a list that NULL ends; -1: it is not there. */
int op_word_find(const char *const *list, const char *word, size_t n);

/* Reads a string after its opening quote, to the closing one, appending its text to r->text, in
 * which there must be space for the line. 0, or -1 and a rule. */
int op_string_read(struct op_reader *r, struct op_rest *rest, struct op_text *to, struct fault *f);

/* Appends a value to r->values. 0, or -1 and a fault. */
int op_values_add(struct op_reader *r, size_t *count, struct op_text value, struct fault *f);

/* Each takes a line of its form: 1; 0: the line is of another form; -1 and *f. */
int op_plain_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f);
int op_log_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f);
int op_edn_line(struct op_reader *r, const char *text, size_t n, uint64_t line, struct fault *f);

#endif
