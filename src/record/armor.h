/* PEM armor (RFC 7468), in which key files hold their secrets. It is not a record, and a filter
 * must not pass it on to the readers of its output. */
#ifndef RECORD_ARMOR_H
#define RECORD_ARMOR_H

#include <stdbool.h>
#include <stddef.h>

/* The fault that a filter reports at the first line of armor. */
#define ARMOR_RULE "pem: the beginning of a PEM file, such as a secret key: not passed on"

/* The position of a stream of lines; all zero at its beginning. */
struct armor {
    bool inside;
};

enum armor_part { ARMOR_NONE, ARMOR_BEGINS, ARMOR_INSIDE };

/* Takes the next line of the stream, without its newline, and says whether it belongs to armor. A
 * record of a known type ends armor that lacks an end line. */
enum armor_part armor_next(struct armor *a, const char *line, size_t len);

#endif
