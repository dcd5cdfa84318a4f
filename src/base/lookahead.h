/* Reads lines, and can look at the next one before it is taken. */
#ifndef BASE_LOOKAHEAD_H
#define BASE_LOOKAHEAD_H

#include "base/lines.h"

struct lookahead {
    struct lines *in; /* the caller's */
    bool looked;      /* the next line was read in advance: what lines_next gave */
    int got;
    struct line line;
    struct fault fault;
};

/* As lines_next. */
int lookahead_next(struct lookahead *a, struct line *line, struct fault *f);

/* The next line, if it has arrived already and has not been looked at yet; otherwise NULL. It stays
 * the next line. */
const struct line *lookahead_peek(struct lookahead *a);

/* Whether lookahead_next would return without waiting for the source. */
bool lookahead_ready(const struct lookahead *a);

#endif
