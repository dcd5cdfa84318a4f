#include "record/checkpoint.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>

enum { CHAIN = 1, HEIGHT, BLOCK, KEY, TIME, SIGNATURE, FIELDS };

int checkpoint_parse(const char *line, size_t len, struct checkpoint *c, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "checkpoint"))
        return fault_rule(f, "not a checkpoint");
    if (n != FIELDS)
        return fault_rule(f, "checkpoint: %zu fields, expected %d", n, FIELDS);
    if (field_id(x[CHAIN], "checkpoint: chain", c->chain, f) ||
        field_number(x[HEIGHT], "checkpoint: height", &c->height, f) ||
        field_id(x[BLOCK], "checkpoint: block", c->block, f) ||
        field_id(x[KEY], "checkpoint: key", c->key, f) ||
        field_number(x[TIME], "checkpoint: time", &c->time, f) ||
        field_signature(x[SIGNATURE], "checkpoint: signature", c->signature, f))
        return -1;
    c->line = line;
    c->len = len;
    c->signed_len = (size_t)(x[SIGNATURE].text - line) - 1;
    return 0;
}

int checkpoint_format(const struct checkpoint *c, struct buf *out)
{
    char line[3 * 2 * ID_LEN + 2 * 20 + 24];
    int n = snprintf(line, sizeof line, "checkpoint %s %" PRId64 " %s %s %" PRId64,
                     hex32(c->chain).text, c->height, hex32(c->block).text, hex32(c->key).text,
                     c->time);
    return buf_add(out, line, (size_t)n);
}
