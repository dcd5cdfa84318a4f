#include "record/attest.h"

#include "record/types.h"

static const struct signed_field fields[] = {
    {"attest: chain", SIGNED_CHAIN, 0, NULL},
    {"attest: sourceheight", SIGNED_NUMBER, offsetof(struct attest, source_height), NULL},
    {"attest: source", SIGNED_ID, offsetof(struct attest, source), NULL},
    {"attest: targetheight", SIGNED_NUMBER, offsetof(struct attest, target_height), NULL},
    {"attest: target", SIGNED_ID, offsetof(struct attest, target), NULL},
    {"attest: key", SIGNED_BY, 0, NULL},
    {"attest: signature", SIGNED_END, 0, NULL},
};

const struct record_type attest_type = {
    .name = "attest", .fields = fields, .of_chain = true, .in_body = true, .alone = true};

int attest_parse(const char *line, size_t len, struct attest *a, struct fault *f)
{
    return signed_parse(&attest_type, line, len, &a->line, a, f);
}

int attest_format(const struct attest *a, struct buf *out)
{
    return signed_format(&attest_type, &a->line, a, out);
}
