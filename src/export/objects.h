/*
 * JSON objects out of a stream of bytes, one at a time, in bounded memory, whatever space stands in
 * and between them: one a line as well as each over many.
 *
 * This reader finds where objects end; whether what is between is one is unjson.h's to say.
 */
#ifndef EXPORT_OBJECTS_H
#define EXPORT_OBJECTS_H

#include "base/lines.h"

#define OBJECT_MAX (1 << 19) /* bytes: any line of a record, all of it escaped, and room */
#define OBJECT_DEPTH_MAX 2   /* an array in an object */

struct object {
    const char *text; /* into the reader's buffer: good until the next call; NULL: none is here */
    size_t len;
    uint64_t line; /* where it begins, from 1 */
};

struct objects;

/* A reader over src, which it closes in the end. NULL: no memory (src is closed). */
struct objects *objects_new(struct source src);
void objects_free(struct objects *r);

/* The next object: 1 and *o, 0 at the end, -1 and trouble. Where no object can be made of what
 * comes, 1 with o->text NULL and a rule in *f: the next call goes on behind the line where that was
 * seen, or with the object that begins it. */
int objects_next(struct objects *r, struct object *o, struct fault *f);

/* Whether objects_next would answer without waiting for the source. */
bool objects_ready(struct objects *r);

#endif
