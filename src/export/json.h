/*
 * Records as JSON Lines: one object a record, with its type, its fields by name (form.h), and what
 * follows from them: NAME_utf8, the bytes of the text NAME where they are UTF-8; `id`, the hash of
 * the line; and, of a line in a block's body, `height` and `block`, the block's, and `index`, which
 * line it is, from 0.
 */
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include "base/buf.h"
#include "export/form.h"

/* All zero at a stream's begin but for what is the caller's. */
struct json {
    bool strings; /* the caller's: numbers are written as strings */
    /* The block whose body is being read; the rest is json.c's. */
    uint8_t block[ID_LEN];
    int64_t height, index, left;
};

/* Puts the object of the stream's next line, which line_check let through, and a newline. A line
 * that is not of its type's form is put as one that is of no known type. 0; 1 and a rule in *f
 * where that was done; -1 and trouble. */
int json_put(struct json *j, const char *line, size_t len, struct buf *out, struct fault *f);

#endif
