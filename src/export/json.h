/*
 * Writes records as JSON Lines (RFC 8259, one object on each line): one object for each record,
 * with its type, its fields by name (form.h), and values derived from them: NAME_utf8, the bytes of
 * the text NAME if they are UTF-8; `id`, the hash of the line; and, for a line in a block's body,
 * the block's `height` and id (`block`), and the line's `index`, from 0.
 */
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include "base/buf.h"
#include "export/form.h"

/* All zero at the start of a stream, except for the caller's field. */
struct json {
    bool strings; /* the caller's: write numbers as strings */
    /* The block whose body is being read; the other fields are for json.c only. */
    uint8_t block[ID_LEN];
    int64_t height, index, left;
};

/* Appends the object for the stream's next line, which line_check accepted, and a newline. A line
 * not in the form of its type is written as one of an unknown type. 0; 1 and a rule in *f in that
 * case; -1 and trouble. */
int json_put(struct json *j, const char *line, size_t len, struct buf *out, struct fault *f);

#endif
