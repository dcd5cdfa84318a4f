/* vote: a member's signed vote for a block, or for none, in a round of `bft` (vote(5)). */
#ifndef RECORD_VOTE_H
#define RECORD_VOTE_H

#include "record/signed.h"

#define VOTE_LINE_MAX /* with a newline or a NUL */                                                \
    (4 + 3 * (1 + 2 * ID_LEN) + 2 * (1 + 19) + 1 + 9 + 1 + 2 * SIGNATURE_LEN + 1)

struct vote {
    struct signed_line line;
    int64_t height, round;
    struct field step;     /* `prevote` or `precommit` */
    uint8_t block[ID_LEN]; /* all 0: for none */
};

/* Parses a line that line_check let through; *v points into it. The signature is not checked. 0, or
 * -1 and a rule that begins with "vote: ". */
int vote_parse(const char *line, size_t len, struct vote *v, struct fault *f);

/* Appends the unsigned line, without a newline. Uses the line's chain and signer, and all other
 * fields. 0, or -1: no memory. */
int vote_format(const struct vote *v, struct buf *out);

#endif
