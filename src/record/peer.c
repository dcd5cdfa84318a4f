#include "record/peer.h"

#include "record/types.h"

/* Whether it has the outline of HOST:PORT. */
static int check_address(struct field x, const char *what, struct fault *f)
{
    size_t digits = 0;
    if (x.len > PEER_ADDRESS_MAX)
        return fault_rule(f, "%s: over %d bytes", what, PEER_ADDRESS_MAX);
    while (digits < x.len && x.text[x.len - 1 - digits] >= '0' && x.text[x.len - 1 - digits] <= '9')
        digits++;
    if (digits < 1 || digits > 5 || x.len < digits + 2 || x.text[x.len - 1 - digits] != ':')
        return fault_rule(f, "%s: '%.*s' is not HOST:PORT", what, (int)x.len, x.text);
    return 0;
}

static const struct signed_field fields[] = {
    {"peer: chain", SIGNED_CHAIN, 0, NULL},
    {"peer: key", SIGNED_BY, 0, NULL},
    {"peer: address", SIGNED_FIELD, offsetof(struct peer, address), check_address},
    {"peer: time", SIGNED_NUMBER, offsetof(struct peer, time), NULL},
    {"peer: signature", SIGNED_END, 0, NULL},
};

const struct record_type peer_type = {
    .name = "peer", .fields = fields, .of_chain = true, .alone = true, .gossiped = true};

int peer_parse(const char *line, size_t len, struct peer *p, struct fault *f)
{
    return signed_parse(&peer_type, line, len, &p->line, p, f);
}

int peer_format(const struct peer *p, struct buf *out)
{
    return signed_format(&peer_type, &p->line, p, out);
}
