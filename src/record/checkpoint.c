#include "record/checkpoint.h"

#include "record/types.h"

static const struct signed_field fields[] = {
    {"checkpoint: chain", SIGNED_CHAIN, 0, NULL},
    {"checkpoint: height", SIGNED_NUMBER, offsetof(struct checkpoint, height), NULL},
    {"checkpoint: block", SIGNED_ID, offsetof(struct checkpoint, block), NULL},
    {"checkpoint: key", SIGNED_BY, 0, NULL},
    {"checkpoint: time", SIGNED_NUMBER, offsetof(struct checkpoint, time), NULL},
    {"checkpoint: signature", SIGNED_END, 0, NULL},
};

const struct record_type checkpoint_type = {
    .name = "checkpoint", .fields = fields, .of_chain = true, .alone = true};

int checkpoint_parse(const char *line, size_t len, struct checkpoint *c, struct fault *f)
{
    return signed_parse(&checkpoint_type, line, len, &c->line, c, f);
}

int checkpoint_format(const struct checkpoint *c, struct buf *out)
{
    return signed_format(&checkpoint_type, &c->line, c, out);
}
