#include "record/state_line.h"

#include "base/hex.h"
#include "record/types.h"

#include <inttypes.h>
#include <stdio.h>

enum { HEIGHT = 1, ROOT, COUNT, FIELDS };

int state_line_parse(const char *line, size_t len, struct state_line *s, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "state"))
        return fault_rule(f, "not a state line");
    if (n != FIELDS)
        return fault_rule(f, "state: %zu fields, expected %d", n, FIELDS);
    return field_number(x[HEIGHT], "state: height", &s->height, f) ||
                   field_id(x[ROOT], "state: root", s->root, f) ||
                   field_number(x[COUNT], "state: count", &s->count, f)
               ? -1
               : 0;
}

int state_line_format(const struct state_line *s, struct buf *out)
{
    char line[STATE_LINE_SIZE_MAX];
    int n = snprintf(line, sizeof line, "state %" PRId64 " %s %" PRId64, s->height,
                     hex32(s->root).text, s->count);
    return buf_add(out, line, (size_t)n);
}

static int check(const char *line, size_t len, struct fault *f)
{
    struct state_line s;
    return state_line_parse(line, len, &s, f);
}

const struct record_type state_type = {
    .name = "state", .check = check, .in_body = true, .alone = true};
