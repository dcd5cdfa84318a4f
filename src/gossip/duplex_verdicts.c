/* What peers are told of the records that came from them. */
#include "gossip/duplex_parts.h"

enum {
    UNTOLD_MAX = 1 << 20, /* bytes that a peer has not read at which it is told no verdicts */
    ACCEPTED_KEPT = 4096, /* bytes of memory that a peer keeps for verdicts yet to come */
};

/* Whether the peer wants to hear what became of its records, and reads what it is told. */
static bool hears_verdicts(const struct duplex_peer *p)
{
    return p->session.greeted && p->session.theirs.version > 1 && (duplex_roles(p) & WIRE_SENDS) &&
           !duplex_why_doomed(p) && session_backlog(&p->session) <= UNTOLD_MAX;
}

/* A peer hears that a record was taken before it hears what became of it. */
int duplex_tell(void *peer, const char *line, size_t len)
{
    struct duplex_peer *p = peer;
    if (!hears_verdicts(p))
        return 0;
    if (p->in && inbound_acknowledge(p->in))
        return -1;
    return session_put(&p->session, line, len);
}

int duplex_tell_accepted(void *peer, const struct wire_ref *record)
{
    struct duplex_peer *p = peer;
    if (!hears_verdicts(p) || p->accepted.len >= UNTOLD_MAX)
        return 0;
    p->all->owes_verdicts = true;
    return buf_add(&p->accepted, record, sizeof *record);
}

/* 0, or -1: no memory. */
static int put_accepted(struct duplex_peer *p)
{
    struct buf lines = {0};
    int failed = wire_put_refs("accepted", (const struct wire_ref *)(const void *)p->accepted.data,
                               p->accepted.len / sizeof(struct wire_ref), &lines) ||
                 session_put(&p->session, lines.data, lines.len);
    buf_free(&lines);
    if (p->accepted.cap > ACCEPTED_KEPT)
        buf_free(&p->accepted);
    p->accepted.len = 0;
    return failed ? -1 : 0;
}

/* Those whose records were not acknowledged yet are told later. Out of memory, a peer is told when
 * it asks again. */
void duplex_tell_all_accepted(struct duplex *d)
{
    if (!d->owes_verdicts)
        return;
    d->owes_verdicts = false;
    for (struct duplex_peer *p = d->peers; p; p = p->next)
        if (p->in && !inbound_is_acknowledged(p->in))
            d->owes_verdicts |= p->accepted.len > 0;
        else if (p->accepted.len)
            put_accepted(p);
}
