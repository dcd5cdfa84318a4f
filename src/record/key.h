/* key: an account and its name (key(5)). */
#ifndef RECORD_KEY_H
#define RECORD_KEY_H

#include "base/buf.h"
#include "record/account.h"

struct key {
    struct account account;
    struct field name; /* in its text form, never the empty text */
};

/* Parses a line that line_check let through; k->name points into it. 0, or -1 and a rule. */
int key_parse(const char *line, size_t len, struct key *k, struct fault *f);

/* Appends the line with its newline. 0, or -1: no memory. */
int key_format(const struct key *k, struct buf *out);

#endif
