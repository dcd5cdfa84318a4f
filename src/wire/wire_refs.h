/*
 * Answers to announcements: lines `WORD REF...`, of which each REF names a record that the other
 * side announced in this connection. In versions 1 and 2 it is the record's id. From version 3 on,
 * it is the number of the announcement, counting from 0 in each direction, or FIRST-LAST, a range
 * of numbers. Unlike a short id, a number cannot collide with another, whatever records strangers
 * make.
 */
#ifndef WIRE_WIRE_REFS_H
#define WIRE_WIRE_REFS_H

#include "wire/wire.h"

#define WIRE_NUMBERED 3       /* the first version with numbers */
#define WIRE_REMEMBERED 16384 /* announcements whose numbers a sender remembers at least */
#define WIRE_NAMED_BY_ID                                                                           \
    8192 /* an announcement that is older than so many others is named by id:                      \
            more of them may be on their way */
#define WIRE_NO_NUMBER (-1)

struct wire_ref {
    int64_t number; /* of the announcement; WIRE_NO_NUMBER: the record is named by its id */
    uint8_t id[ID_LEN];
};

/* Reads such a line; numbered: it may have numbers. How many records it names (1 to WIRE_IDS_MAX),
 * or -1 and a rule. */
int wire_refs(const char *line, size_t len, bool numbered, struct wire_ref refs[WIRE_IDS_MAX],
              struct fault *f);

/* Appends lines that name n records, as many lines as they need. 0, or -1: no memory. */
int wire_put_refs(const char *word, const struct wire_ref *refs, size_t n, struct buf *out);

#endif
