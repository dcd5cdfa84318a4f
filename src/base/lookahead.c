#include "base/lookahead.h"

int lookahead_next(struct lookahead *a, struct line *line, struct fault *f)
{
    if (!a->looked)
        return lines_next(a->in, line, f);
    a->looked = false;
    *line = a->line;
    *f = a->fault;
    return a->got;
}

const struct line *lookahead_peek(struct lookahead *a)
{
    if (lookahead_ready(a) && !a->looked) {
        a->got = lines_next(a->in, &a->line, &a->fault);
        a->looked = true;
        return a->got > 0 ? &a->line : NULL;
    }
    return NULL;
}

bool lookahead_ready(const struct lookahead *a)
{
    return a->looked || lines_ready(a->in);
}
