/*
 * Signed lines: records of one line whose last field signs every byte before the space in front of
 * it. A type is a list of its fields, which this reads, checks and writes; what they mean is for
 * the type's own file.
 */
#ifndef RECORD_SIGNED_H
#define RECORD_SIGNED_H

#include "base/buf.h"
#include "record/field.h"

/* What all of them have. */
struct signed_line {
    const char *text; /* the whole line, and how much of it the signature signs */
    size_t len, signed_len;
    uint8_t chain[ID_LEN]; /* only if the type has a field for it */
    uint8_t signer[ID_LEN];
    uint8_t signature[SIGNATURE_LEN];
};

enum signed_kind {
    SIGNED_CHAIN,      /* the genesis block's id */
    SIGNED_BY,         /* the key that signs */
    SIGNED_BY_ACCOUNT, /* the account that signs; so far, it is a key */
    SIGNED_ID,         /* uint8_t[ID_LEN] */
    SIGNED_NUMBER,     /* int64_t */
    SIGNED_FIELD,      /* struct field, of which `check` decides */
    SIGNED_END,        /* the signature; the list ends with it */
};

struct signed_field {
    const char *what; /* its name in a fault: "peer: time" */
    enum signed_kind kind;
    size_t at; /* where it goes in the type's own struct; unused for chain, signer and signature */
    int (*check)(struct field x, const char *what, struct fault *f); /* 0, or -1 and a rule */
};

struct record_type;

/* How many bytes the signature signs, of a line whose last field this is. */
static inline size_t signed_length(const char *line, struct field signature)
{
    return (size_t)(signature.text - line) - 1;
}

/* Parses a line that line_check let through: *s, and the type's own struct (NULL: it is only
 * checked) point into it. The signature is not checked. 0, or -1 and a rule that begins with the
 * type's name. */
int signed_parse(const struct record_type *type, const char *line, size_t len,
                 struct signed_line *s, void *own, struct fault *f);

/* Appends the unsigned line, without a newline. Uses chain and signer of *s. 0, or -1: no memory.
 */
int signed_format(const struct record_type *type, const struct signed_line *s, const void *own,
                  struct buf *out);

#endif
