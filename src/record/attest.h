/* attest: a member's signed link from a justified checkpoint to a later one, of chains with `rule
 * finality` (vote(5)). */
#ifndef RECORD_ATTEST_H
#define RECORD_ATTEST_H

#include "record/signed.h"

struct attest {
    struct signed_line line;
    int64_t source_height, target_height;
    uint8_t source[ID_LEN], target[ID_LEN]; /* blocks */
};

/* Parses a line that line_check let through; *a points into it. The signature is not checked. 0, or
 * -1 and a rule that begins with "attest: ". */
int attest_parse(const char *line, size_t len, struct attest *a, struct fault *f);

/* Appends the unsigned line, without a newline. Uses the line's chain and signer, and all other
 * fields. 0, or -1: no memory. */
int attest_format(const struct attest *a, struct buf *out);

#endif
