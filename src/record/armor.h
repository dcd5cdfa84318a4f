/* PEM armor (RFC 7468), in which key files hold their secrets: no record, and nothing that a filter
 * may pass on to whoever reads its output. */
#ifndef RECORD_ARMOR_H
#define RECORD_ARMOR_H

#include <stdbool.h>
#include <stddef.h>

/* What a filter that passes on unknown lines says of the first line of one. */
#define ARMOR_RULE "pem: the beginning of a PEM file, such as a secret key: not passed on"

/* Where a stream of lines is; all zero at its beginning. */
struct armor {
    bool inside;
};

enum armor_part { ARMOR_NONE, ARMOR_BEGINS, ARMOR_INSIDE };

/* Takes the next line of the stream, without its newline, and says whether it belongs to armor. A
 * record of a known type ends armor that has no end line. */
enum armor_part armor_next(struct armor *a, const char *line, size_t len);

#endif
