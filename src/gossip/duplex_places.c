/* Places at the sender, of which there are too few for everyone. */
#include "gossip/duplex_parts.h"

static bool has_place(const struct duplex_peer *p)
{
    const struct duplex *d = p->all;
    return p->dialed || d->accepted_out + d->config->dialed < SENDER_PEERS_MAX;
}

void duplex_start_sending(struct duplex_peer *p, int64_t now)
{
    struct duplex *d = p->all;
    p->out = has_place(p) ? sender_join(d->config->sender, &p->session, p->who, now) : NULL;
    p->waits = !p->out;
    if (p->out)
        p->out->accepted = !p->dialed;
    if (p->out && !p->dialed)
        d->accepted_out++;
}

void duplex_stop_sending(struct duplex_peer *p)
{
    if (!p->out)
        return;
    if (!p->dialed)
        p->all->accepted_out--;
    sender_leave(p->all->config->sender, p->out);
    p->out = NULL;
}

/* The oldest peers come first. */
void duplex_fill_places(struct duplex *d, int64_t now)
{
    struct duplex_peer *longest;
    do {
        longest = NULL;
        for (struct duplex_peer *p = d->peers; p; p = p->next)
            if (p->waits && !p->doomed && has_place(p))
                longest = p;
        if (longest)
            duplex_start_sending(longest, now);
    } while (longest && longest->out);
}
