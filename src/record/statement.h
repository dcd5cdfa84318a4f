/* statement: a text signed by an account's owner (key(5)). Its first word, which is signed too, is
 * that of no other record, so nobody can be tricked into signing a payment by it. */
#ifndef RECORD_STATEMENT_H
#define RECORD_STATEMENT_H

#include "record/signed.h"

struct signed_text {
    struct signed_line line;
    struct field text; /* in its text form */
};

/* Appends the unsigned line, without a newline. Uses the line's signer, and text. 0, or -1: no
 * memory. */
int statement_format(const struct signed_text *s, struct buf *out);

#endif
