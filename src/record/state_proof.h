/* present, absent: that the state holds an entry, or nothing at a place (state(5)). */
#ifndef RECORD_STATE_PROOF_H
#define RECORD_STATE_PROOF_H

#include "base/buf.h"
#include "record/field.h"

/* The longest path: a place has so many bits. */
#define STATE_PATH_MAX 256

struct state_proof {
    bool present;
    uint8_t root[ID_LEN];
    size_t depth;
    uint8_t path[STATE_PATH_MAX][ID_LEN]; /* siblings, the deepest first */
    uint8_t place[ID_LEN];                /* of absent */
    struct field entry;                   /* len 0 (absent): the path ends in nothing */
    size_t named;                         /* bytes of the entry that name it */
};

/* Parses a line that line_check let through; p->entry points into it. The path is not checked
 * against the root. 0, or -1 and a rule that begins with "present: " or "absent: ". */
int state_proof_parse(const char *line, size_t len, struct state_proof *p, struct fault *f);

/* Appends the line, without a newline. 0, or -1: no memory. */
int state_proof_format(const struct state_proof *p, struct buf *out);

#endif
