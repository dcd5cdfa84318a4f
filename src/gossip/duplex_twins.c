/* Two connections with one peer, of which one is enough. */
#include "gossip/duplex_parts.h"

#include <string.h>

static void doom_other_way(struct duplex_peer *p)
{
    if (p->doomed)
        return;
    p->doomed = true;
    p->session.word = "done";
    fault_trouble(&p->why, "the peer is connected the other way round, too");
}

/* Both ends must come to the same conclusion, as each might otherwise close the other's choice. */
static bool survives(const struct duplex_peer *p)
{
    bool ours_is_smaller = memcmp(p->all->config->account, p->account, ID_LEN) < 0;
    return p->dialed == ours_is_smaller;
}

static bool is_twin(const struct duplex_peer *p, const struct duplex_peer *q)
{
    return p->dialed != q->dialed && !q->doomed && q->has_account && duplex_is_two_way(q) &&
           memcmp(p->account, q->account, ID_LEN) == 0;
}

void duplex_keep_one(struct duplex_peer *p)
{
    if (!p->has_account || !duplex_is_two_way(p))
        return;
    for (struct duplex_peer *q = p->all->peers; q; q = q->next)
        if (q != p && is_twin(p, q))
            doom_other_way(survives(p) ? q : p);
}
