#include "gossip/duplex_parts.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 10000 }; /* ms */

void duplex_begin_tip(struct duplex_peer *p, int64_t now)
{
    p->tip.height = p->session.theirs.height;
    memcpy(p->tip.id, p->session.theirs.tip, ID_LEN);
    p->tip.since = now;
}

/* Version 1 has no request that is answered without blocks. */
static bool can_be_asked(const struct duplex_peer *p)
{
    return p->session.greeted && !p->doomed && !p->tip.asked && p->session.theirs.version > 1 &&
           (duplex_roles(p) & WIRE_BLOCKS);
}

static void ask(struct duplex_peer *p, int64_t now)
{
    char line[sizeof "pull 0 \n" + 2 * ID_LEN];
    int n = snprintf(line, sizeof line, "pull 0 %s\n", hex32(p->session.ours.chain).text);
    if (session_put(&p->session, line, (size_t)n))
        return; /* without memory it is asked another time */
    p->tip.asked = true;
    p->tip.since = now;
}

void duplex_ask_tips(struct duplex *d, int64_t now)
{
    struct hello ours;
    if (!d->config->listener)
        return;
    listener_hello(d->config->listener, &ours);
    for (struct duplex_peer *p = d->peers; p; p = p->next)
        if (can_be_asked(p) &&
            (memcmp(p->tip.id, ours.tip, ID_LEN) != 0 || now - p->tip.since >= DUPLEX_TIP_EVERY))
            ask(p, now);
}

bool duplex_knows_tip(const struct duplex_peer *p, int64_t now)
{
    return (duplex_roles(p) & WIRE_BLOCKS) && !(p->tip.asked && now - p->tip.since > ANSWER_MAX);
}

int duplex_take_tip(struct duplex_peer *p, const char *line, size_t len, struct fault *f)
{
    p->tip.asked = false;
    return wire_pulled(line, len, &p->tip.height, p->tip.id, f);
}
