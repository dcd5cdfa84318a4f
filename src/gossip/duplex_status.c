#include "gossip/duplex_status.h"

#include "base/hex.h"
#include "gossip/duplex_parts.h"

#include <inttypes.h>
#include <stdio.h>

static int add_peer(const struct duplex_peer *p, int64_t now, int64_t time, struct buf *out)
{
    char line[640], round_trip[24] = "-", roles[WIRE_ROLES_MAX] = "-", tip[96] = "- -";
    const struct session *s = &p->session;
    if (s->round_trip)
        snprintf(round_trip, sizeof round_trip, "%" PRId64, s->round_trip);
    if (s->theirs.version > 1)
        wire_roles(s->theirs.roles, roles);
    if (duplex_knows_tip(p, now))
        snprintf(tip, sizeof tip, "%" PRId64 " %s", p->tip.height, hex32(p->tip.id).text);
    snprintf(line, sizeof line, "peer %s %s %s %" PRId64 " %" PRIu64 " %s %d %s %s\n",
             p->has_account ? p->who : "-", p->address, p->dialed ? "out" : "in",
             time - (now - p->since) / 1000, p->in ? p->in->useful : (uint64_t)0, round_trip,
             (int)s->theirs.version, roles, tip);
    return buf_add_string(out, line);
}

/* Whether it is a connection of a peer that neither sends nor listens: it only pulls. */
static bool is_pull(const struct duplex_peer *p)
{
    return p->session.theirs.version > 1 && !p->session.theirs.roles;
}

int duplex_status(const struct duplex *d, int64_t now, int64_t time, struct buf *out)
{
    char line[96];
    uint64_t useful = 0;
    size_t in = 0, to = 0;
    for (const struct duplex_peer *p = duplex_first(d); p; p = p->next) {
        if (!p->session.greeted || p->doomed || is_pull(p))
            continue;
        if (add_peer(p, now, time, out))
            return -1;
        useful += p->in ? p->in->useful : 0;
        in += !p->dialed;
        to += p->dialed;
    }
    snprintf(line, sizeof line, "total %zu %zu %" PRIu64 "\n", in, to, useful);
    return buf_add_string(out, line);
}
