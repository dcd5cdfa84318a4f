/* Parses a JSON object (RFC 8259) whose values are strings, numbers or lists of these.
 *
 * jansson, which reads Maelstrom's messages (maelstrom/maelstrom_message.h), would lose two rules
 * here: it gives -0 as 0 and does not show how a number was written, and it takes space around the
 * braces. It is as strict in all else (keys that are there twice, also by an escape; UTF-8,
 * surrogates, NUL, leading zeros, depth), but allocates each value. */
#ifndef EXPORT_MEMBERS_H
#define EXPORT_MEMBERS_H

#include "base/buf.h"
#include "record/field.h"

enum { MEMBERS_MAX = 24, MEMBER_KEY_MAX = 32 };

struct json_member {
    char key[MEMBER_KEY_MAX]; /* not ended by a NUL */
    size_t key_len;
    enum { A_STRING, A_NUMBER, A_LIST } kind;
    size_t at, len; /* its value's bytes in the scratch buffer */
    bool used;      /* the caller's */
};

struct members {
    struct buf *scratch; /* the caller's: emptied and grown to the size of the text */
    struct json_member list[MEMBERS_MAX];
    int count;
};

/* Parses an object: its braces come first and last, with no space around them. Escapes in strings
 * are decoded; the values of a list are separated by spaces. 0, or -1 and a fault that begins with
 * "json: ": the text is no such object, has a key twice, a key that is too long or too many keys,
 * or a number that is not an integer from 0 to 2^63-1. */
int members_parse(struct members *m, const char *text, size_t len, struct fault *f);

/* The member with this key, or NULL. */
struct json_member *members_find(struct members *m, const char *key, size_t len);

/* Its value, in the scratch buffer. */
struct field member_value(const struct members *m, const struct json_member *one);

#endif
