/* proposal: a member's signed proposal of a block in a round of `bft` (vote(5)). */
#ifndef RECORD_PROPOSAL_H
#define RECORD_PROPOSAL_H

#include "record/signed.h"

struct proposal_line {
    struct signed_line line;
    int64_t height, round;
    struct field valid_round; /* a number, or `-`: none */
    uint8_t block[ID_LEN];
};

/* Parses a line that line_check let through; *p points into it. The signature is not checked. 0, or
 * -1 and a rule that begins with "proposal: ". */
int proposal_parse(const char *line, size_t len, struct proposal_line *p, struct fault *f);

/* Appends the unsigned line, without a newline. Uses the line's chain and signer, and all other
 * fields. 0, or -1: no memory. */
int proposal_format(const struct proposal_line *p, struct buf *out);

#endif
