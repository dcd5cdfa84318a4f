#include "record/proposal.h"

#include "record/types.h"

static int check_valid_round(struct field x, const char *what, struct fault *f)
{
    int64_t round;
    return field_is(x, "-") ? 0 : field_number(x, what, &round, f);
}

static const struct signed_field fields[] = {
    {"proposal: chain", SIGNED_CHAIN, 0, NULL},
    {"proposal: height", SIGNED_NUMBER, offsetof(struct proposal_line, height), NULL},
    {"proposal: round", SIGNED_NUMBER, offsetof(struct proposal_line, round), NULL},
    {"proposal: validround", SIGNED_FIELD, offsetof(struct proposal_line, valid_round),
     check_valid_round},
    {"proposal: block", SIGNED_ID, offsetof(struct proposal_line, block), NULL},
    {"proposal: key", SIGNED_BY, 0, NULL},
    {"proposal: signature", SIGNED_END, 0, NULL},
};

const struct record_type proposal_type = {
    .name = "proposal", .fields = fields, .of_chain = true, .alone = true};

int proposal_parse(const char *line, size_t len, struct proposal_line *p, struct fault *f)
{
    return signed_parse(&proposal_type, line, len, &p->line, p, f);
}

int proposal_format(const struct proposal_line *p, struct buf *out)
{
    return signed_format(&proposal_type, &p->line, p, out);
}
