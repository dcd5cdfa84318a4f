/* statement: a text signed by an account's owner (key(5)). Its first word, which is signed too, is
 * that of no other record, so nobody can be tricked into signing a payment by it. */
#ifndef RECORD_STATEMENT_H
#define RECORD_STATEMENT_H

#include "base/buf.h"
#include "record/account.h"

struct signed_text {
    struct account account;
    struct field text; /* in its text form */
    const char *line;  /* the whole line, and how much of it the signature signs */
    size_t len, signed_len;
    uint8_t signature[SIGNATURE_LEN];
};

/* Parses a line that line_check let through; *s points into it. The signature is not checked. 0, or
 * -1 and a rule that begins with "statement: ". */
int statement_parse(const char *line, size_t len, struct signed_text *s, struct fault *f);

/* Appends the unsigned line, without a newline. Uses account and text. 0, or -1: no memory. */
int statement_format(const struct signed_text *s, struct buf *out);

#endif
