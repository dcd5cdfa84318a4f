/* state: what everybody has after a block, in one hash (state(5)). It stands in the body of the
 * block after that. */
#ifndef RECORD_STATE_LINE_H
#define RECORD_STATE_LINE_H

#include "base/buf.h"
#include "record/field.h"

/* Bytes of the longest such line, with its newline. */
#define STATE_LINE_SIZE_MAX (3 * 1 + 5 + 2 * 19 + 2 * ID_LEN + 1)

struct state_line {
    int64_t height; /* of the block after which this is the state */
    uint8_t root[ID_LEN];
    int64_t count; /* entries */
};

/* Parses a line that line_check let through. 0, or -1 and a rule that begins with "state: ". */
int state_line_parse(const char *line, size_t len, struct state_line *s, struct fault *f);

/* Appends the line, without a newline. 0, or -1: no memory. */
int state_line_format(const struct state_line *s, struct buf *out);

#endif
