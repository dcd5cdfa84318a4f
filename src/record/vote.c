#include "record/vote.h"

#include "record/types.h"

static int check_step(struct field x, const char *what, struct fault *f)
{
    if (field_is(x, "prevote") || field_is(x, "precommit"))
        return 0;
    return fault_rule(f, "%s: not prevote or precommit", what);
}

static const struct signed_field fields[] = {
    {"vote: chain", SIGNED_CHAIN, 0, NULL},
    {"vote: height", SIGNED_NUMBER, offsetof(struct vote, height), NULL},
    {"vote: round", SIGNED_NUMBER, offsetof(struct vote, round), NULL},
    {"vote: step", SIGNED_FIELD, offsetof(struct vote, step), check_step},
    {"vote: block", SIGNED_ID, offsetof(struct vote, block), NULL},
    {"vote: key", SIGNED_BY, 0, NULL},
    {"vote: signature", SIGNED_END, 0, NULL},
};

const struct record_type vote_type = {
    .name = "vote", .fields = fields, .of_chain = true, .in_body = true, .alone = true};

int vote_parse(const char *line, size_t len, struct vote *v, struct fault *f)
{
    return signed_parse(&vote_type, line, len, &v->line, v, f);
}

int vote_format(const struct vote *v, struct buf *out)
{
    return signed_format(&vote_type, &v->line, v, out);
}
