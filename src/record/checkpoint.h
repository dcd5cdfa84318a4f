/* checkpoint: an auditor's signed statement that the best chain had a certain block at a height
 * (checkpoint(5)). */
#ifndef RECORD_CHECKPOINT_H
#define RECORD_CHECKPOINT_H

#include "record/signed.h"

struct checkpoint {
    struct signed_line line;
    int64_t height;
    uint8_t block[ID_LEN];
    int64_t time;
};

/* Parses a line that line_check let through; *c points into it. The signature is not checked. 0, or
 * -1 and a rule that begins with "checkpoint: ". */
int checkpoint_parse(const char *line, size_t len, struct checkpoint *c, struct fault *f);

/* Appends the unsigned line, without a newline. Uses the line's chain and signer, height, block and
 * time. 0, or -1: no memory. */
int checkpoint_format(const struct checkpoint *c, struct buf *out);

#endif
