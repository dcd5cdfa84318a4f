/* proof: that a record is in a block (proof(5)). */
#ifndef RECORD_PROOF_H
#define RECORD_PROOF_H

#include "base/buf.h"
#include "record/field.h"

/* The longest path: the height of a tree of 2^63-1 leaves. */
#define PROOF_PATH_MAX 63

struct proof {
    uint8_t block[ID_LEN]; /* the block's id */
    int64_t count, index;  /* lines of its body; which of them it is, from 0 */
    uint8_t id[ID_LEN];    /* the record's */
    size_t hashes;
    uint8_t path[PROOF_PATH_MAX][ID_LEN]; /* the leaf's sibling first */
};

/* Parses a line that line_check let through. The path is not checked against any root. 0, or -1 and
 * a rule that begins with "proof: ". */
int proof_parse(const char *line, size_t len, struct proof *p, struct fault *f);

/* Appends the line, without a newline. 0, or -1: no memory. */
int proof_format(const struct proof *p, struct buf *out);

#endif
