/*
 * Splits a stream of bytes into JSON objects, in bounded memory, whatever the white space in and
 * between them: one per line, or each over many lines.
 *
 * This reader finds where objects end; unjson.h checks what is between.
 */
#ifndef EXPORT_OBJECTS_H
#define EXPORT_OBJECTS_H

#include "base/lines.h"

#define OBJECT_MAX (1 << 19) /* bytes: any record's line with every byte escaped, and a margin */
#define OBJECT_DEPTH_MAX 2   /* an array in an object */

struct object {
    const char *text; /* in the reader's buffer: valid until the next call; NULL: no object */
    size_t len;
    uint64_t line; /* the line where it begins, from 1 */
};

struct objects;

/* A reader over src, which it closes at the end. NULL: no memory (src is closed). */
struct objects *objects_new(struct source src);
void objects_free(struct objects *r);

/* The next object: 1 and *o, 0 at the end, -1 and trouble. If the input is not an object, 1 with
 * o->text NULL and a rule in *f: the next call continues after the line where that was found, or
 * with the object that begins there. */
int objects_next(struct objects *r, struct object *o, struct fault *f);

/* Whether objects_next would answer without waiting for the source. */
bool objects_ready(struct objects *r);

#endif
