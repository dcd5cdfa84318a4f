/* Converts JSON objects back to the records that json.h made them from. Hostile input is refused,
 * not guessed at. */
#ifndef EXPORT_UNJSON_H
#define EXPORT_UNJSON_H

#include "base/buf.h"
#include "base/fault.h"

/* Buffers reused for every object. All zero at first. */
struct unjson {
    struct buf scratch;
};

/* Appends the record's line for this object (its braces first and last, no space around), without a
 * newline. Keys may be in any order, with space between tokens. Redundant members (id, memo_utf8)
 * must be correct. Refused: an unknown, missing or repeated key, a number that is not an integer
 * from 0 to 2^63-1, and a line that is not in the form of its type. 0, or -1 and a fault, which
 * begins with "json: " if it is not the record's. */
int unjson(struct unjson *u, const char *text, size_t len, struct buf *out, struct fault *f);
void unjson_free(struct unjson *u);

#endif
