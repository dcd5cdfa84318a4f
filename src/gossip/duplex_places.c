/* Places at the sender, of which there are too few for everyone. */
#include "gossip/duplex_parts.h"

/* A peer's claim to a place. */
struct claim {
    bool dialed;
    size_t crowd; /* accepted peers of its network that have a place */
    uint64_t worth;
    int64_t since; /* it has its place, or waits */
};

/* Places that accepted peers cannot have: those of dialed peers, and those that are kept for more
 * of them. Of these there are half of all at most, or a node that dials few of the many that it may
 * dial would send little to those who dial it. */
static size_t dialed_places(const struct duplex *d)
{
    const size_t most = SENDER_PEERS_MAX / 2;
    const size_t kept = d->config->dialed < most ? d->config->dialed : most;
    return d->dialed_out > kept ? d->dialed_out : kept;
}

static bool has_place(const struct duplex_peer *p)
{
    const struct duplex *d = p->all;
    return d->accepted_out + (p->dialed ? d->dialed_out : dialed_places(d)) < SENDER_PEERS_MAX;
}

/* How many peers of its kind have a place. */
static size_t *counter_of(const struct duplex_peer *p)
{
    return p->dialed ? &p->all->dialed_out : &p->all->accepted_out;
}

void duplex_note_reliance(struct duplex_peer *p)
{
    if (p->in)
        p->in->relies = p->out && p->eager;
}

void duplex_start_sending(struct duplex_peer *p, int64_t now)
{
    struct duplex *d = p->all;
    p->out = has_place(p) ? sender_join(d->config->sender, &p->session, p->who, now) : NULL;
    p->waits = !p->out;
    p->placed = now;
    if (!p->out)
        return;
    p->out->accepted = !p->dialed;
    p->out->verdicts = (duplex_roles(p) & WIRE_VERDICTS) != 0;
    p->out->relay = duplex_is_two_way(p);
    p->out->eager = p->eager;
    duplex_note_reliance(p);
    *counter_of(p) += 1;
}

void duplex_stop_sending(struct duplex_peer *p)
{
    if (!p->out)
        return;
    *counter_of(p) -= 1;
    sender_leave(p->all->config->sender, p->out);
    p->out = NULL;
    duplex_note_reliance(p);
}

/* --- Those that wait -------------------------------------------------------------------------- */

static bool is_holder(const struct duplex_peer *p)
{
    return p->out && !p->dialed;
}

static bool is_waiting(const struct duplex_peer *p)
{
    return p->waits && !duplex_why_doomed(p);
}

bool duplex_expects(const struct duplex *d)
{
    for (const struct duplex_peer *p = d->peers; p; p = p->next)
        if (is_waiting(p) || (!p->session.greeted && !duplex_why_doomed(p)))
            return true;
    return false;
}

/* The accepted peers that have a place, the newest first; how many. */
static size_t find_holders(const struct duplex *d, struct duplex_peer *holders[SENDER_PEERS_MAX])
{
    size_t n = 0;
    for (struct duplex_peer *p = d->peers; p && n < SENDER_PEERS_MAX; p = p->next)
        if (is_holder(p))
            holders[n++] = p;
    return n;
}

static struct claim claim_of(const struct duplex_peer *p, struct duplex_peer *const *holders,
                             size_t n)
{
    struct claim c = {.dialed = p->dialed, .worth = duplex_worth(p), .since = p->placed};
    for (size_t i = 0; i < n; i++)
        c.crowd += holders[i]->network == p->network;
    return c;
}

/* Whether a peer with claim a is to get a place before one with claim b. */
static bool comes_before(const struct claim *a, const struct claim *b)
{
    if (a->dialed != b->dialed)
        return a->dialed;
    if (a->crowd != b->crowd)
        return a->crowd < b->crowd;
    return a->worth != b->worth ? a->worth > b->worth : a->since < b->since;
}

/* Whether a peer with claim a is to lose its place before one with claim b. */
static bool leaves_before(const struct claim *a, const struct claim *b)
{
    if (a->crowd != b->crowd)
        return a->crowd > b->crowd;
    return a->worth != b->worth ? a->worth < b->worth : a->since < b->since;
}

/* The peer that is to get the next place. NULL: none waits. */
static struct duplex_peer *find_next(const struct duplex *d, struct duplex_peer *const *holders,
                                     size_t n, struct claim *best)
{
    struct duplex_peer *next = NULL;
    for (struct duplex_peer *p = d->peers; p; p = p->next) {
        if (!is_waiting(p))
            continue;
        const struct claim c = claim_of(p, holders, n);
        if (next && !comes_before(&c, best))
            continue;
        next = p;
        *best = c;
    }
    return next;
}

/* Takes the place of an accepted peer for another with this claim, if there is one that must share:
 * with a peer that we dialed; of a network that has more of them; or that has had it for long.
 * Those that have been connected for longest keep theirs, or strangers could have them all. Whether
 * there was one. */
static bool free_place(struct duplex_peer *const *holders, size_t n, const struct claim *next,
                       int64_t now)
{
    struct duplex_peer *last = NULL;
    struct claim weakest = {0};
    for (size_t i = 0; i < (n + 1) / 2; i++) {
        const struct claim c = claim_of(holders[i], holders, n);
        if (last && !leaves_before(&c, &weakest))
            continue;
        last = holders[i];
        weakest = c;
    }
    if (!last ||
        (!next->dialed && weakest.crowd <= next->crowd + 1 && now - last->placed < DUPLEX_TENURE))
        return false;
    duplex_stop_sending(last);
    last->waits = true;
    last->placed = now;
    return true;
}

/* At most one peer loses its place in a turn: whoever gets it is announced much at first. */
void duplex_fill_places(struct duplex *d, int64_t now)
{
    struct duplex_peer *holders[SENDER_PEERS_MAX], *next;
    struct claim best = {0};
    bool freed = false;
    do {
        const size_t n = find_holders(d, holders);
        next = find_next(d, holders, n, &best);
        if (next && !has_place(next) && !freed)
            freed = free_place(holders, n, &best, now);
        if (!next || !has_place(next))
            return;
        duplex_start_sending(next, now);
    } while (next->out);
}
