#include "base/ahead.h"

int ahead_next(struct ahead *a, struct line *line, struct fault *f)
{
    if (!a->looked)
        return lines_next(a->in, line, f);
    a->looked = false;
    *line = a->line;
    *f = a->fault;
    return a->got;
}

const struct line *ahead_look(struct ahead *a)
{
    if (ahead_ready(a) && !a->looked) {
        a->got = lines_next(a->in, &a->line, &a->fault);
        a->looked = true;
        return a->got > 0 ? &a->line : NULL;
    }
    return NULL;
}

bool ahead_ready(const struct ahead *a)
{
    return a->looked || lines_ready(a->in);
}
