/* JSON objects back to the records that json.h made them of. Hostile input is refused, not guessed
 * at. */
#ifndef EXPORT_UNJSON_H
#define EXPORT_UNJSON_H

#include "base/buf.h"
#include "base/fault.h"

/* Room that is used again for every object. All zero at first. */
struct unjson {
    struct buf scratch;
};

/* Puts the line of the record that this object (its braces first and last, no space around) stands
 * for, without a newline. Keys may stand in any order, and space between tokens. What is given
 * without need (id, memo_utf8) must be true; an unknown key, one that is missing or there twice, a
 * number that is not a whole one from 0 to 2^63-1, and a line that is not of its type's form are
 * refused. 0, or -1 and a fault, which begins with "json: " where it is not the record's. */
int unjson(struct unjson *u, const char *text, size_t len, struct buf *out, struct fault *f);
void unjson_free(struct unjson *u);

#endif
