#include "record/peer.h"

#include "base/hex.h"

enum { CHAIN = 1, KEY, ADDRESS, TIME, SIGNATURE, FIELDS };

/* Whether it has the outline of HOST:PORT. */
static int check_address(struct field x, struct fault *f)
{
    size_t digits = 0;
    if (x.len > PEER_ADDRESS_MAX)
        return fault_rule(f, "peer: address: over %d bytes", PEER_ADDRESS_MAX);
    while (digits < x.len && x.text[x.len - 1 - digits] >= '0' && x.text[x.len - 1 - digits] <= '9')
        digits++;
    if (digits < 1 || digits > 5 || x.len < digits + 2 || x.text[x.len - 1 - digits] != ':')
        return fault_rule(f, "peer: address: '%.*s' is not HOST:PORT", (int)x.len, x.text);
    return 0;
}

int peer_parse(const char *line, size_t len, struct peer *p, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (!field_is(x[0], "peer"))
        return fault_rule(f, "not a peer");
    if (n != FIELDS)
        return fault_rule(f, "peer: %zu fields, expected %d", n, FIELDS);
    if (field_id(x[CHAIN], "peer: chain", p->chain, f) ||
        field_id(x[KEY], "peer: key", p->key, f) || check_address(x[ADDRESS], f) ||
        field_number(x[TIME], "peer: time", &p->time, f) ||
        field_signature(x[SIGNATURE], "peer: signature", p->signature, f))
        return -1;
    p->address = x[ADDRESS];
    p->line = line;
    p->len = len;
    p->signed_len = (size_t)(x[SIGNATURE].text - line) - 1;
    return 0;
}

int peer_format(const struct peer *p, struct buf *out)
{
    return buf_add_string(out, "peer ") || buf_add(out, hex32(p->chain).text, 2 * ID_LEN) ||
                   buf_add_string(out, " ") || buf_add(out, hex32(p->key).text, 2 * ID_LEN) ||
                   buf_add_string(out, " ") || buf_add(out, p->address.text, p->address.len) ||
                   buf_add_string(out, " ") || buf_add_number(out, p->time)
               ? -1
               : 0;
}
