/* Reads lines with a look at the next one before it is taken. */
#ifndef BASE_AHEAD_H
#define BASE_AHEAD_H

#include "base/lines.h"

struct ahead {
    struct lines *in; /* the caller's */
    bool looked;      /* the next line was read in advance: what lines_next gave */
    int got;
    struct line line;
    struct fault fault;
};

/* As lines_next. */
int ahead_next(struct ahead *a, struct line *line, struct fault *f);

/* The next line, if there is one that has arrived already and that nobody has looked at yet;
 * otherwise NULL. It stays the next line. */
const struct line *ahead_look(struct ahead *a);

/* Whether ahead_next would return without waiting for the source. */
bool ahead_ready(const struct ahead *a);

#endif
