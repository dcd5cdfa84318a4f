/*
 * Eager push (Plumtree: Leitao, Pereira, Rodrigues 2007, "Epidemic Broadcast Trees"): the peers
 * that are most often the first with a new record send small ones without announcing them, so that
 * a hop takes half a round trip instead of one and a half. All others announce. Nothing depends on
 * an eager peer: a record that it does not push is requested from the first that announces it.
 *
 * As in Plumtree, such a link serves both ways: a peer that relies on us for its records is asked
 * to push its own, or those of a node that is nobody's first would take three times as long. And as
 * each neighbour that pushes sends a copy, there are fewer of them while records come fast.
 */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    EAGER_FIRSTS = 3,   /* peers that push for being the first, */
    EAGER_RELIANCE = 3, /* ... and for relying on us; */
    EAGER_BUSY = 2,     /* the first alone, while so many new records or more come in a second: */
    BUSY = 50,
    CHOOSE_AFTER = 4,     /* new records, and */
    CHOOSE_EVERY = 1000,  /* ms, after which others may take the places of those that are eager: */
    LOYALTY = 2,          /* if they were the first so many times as often */
    REDRAW_EVERY = 30000, /* ms after which peers that rely on us give way to others that do */
};

int take_push(struct inbound *peer, size_t len, struct fault *f)
{
    if (len != strlen("push"))
        return fault_rule(f, "push: more than a word");
    if (!peer->state->was_eager)
        return fault_rule(f, "push: was not asked for");
    peer->state->pushing = true;
    return 0;
}

/* The peers that are to push; of those that were chosen for relying on us, others may come now. */
struct choice {
    struct inbound *peers[EAGER_FIRSTS + EAGER_RELIANCE];
    size_t n;
    bool redraws;
};

static bool is_chosen(const struct choice *c, const struct inbound *peer)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->peers[i] == peer)
            return true;
    return false;
}

static bool has_network(const struct choice *c, uint64_t network)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->peers[i]->network == network)
            return true;
    return false;
}

/* What speaks for a peer: how often it was the first. One that pushes goes on until there is a
 * better one. */
static uint64_t merit(uint64_t firsts, bool stays)
{
    return 2 * firsts * (stays ? LOYALTY : 1) + stays;
}

/* What speaks for a peer to push, beside those chosen already; 0: nothing. */
static uint64_t by_firsts(const struct inbound *peer, const struct choice *c)
{
    const struct inbound_state *s = peer->state;
    (void)c;
    return merit(s->firsts, s->is_first);
}

/* To rely on us costs nothing, so such peers are of several networks, if they can be, and now and
 * then others get their places. */
static uint64_t by_reliance(const struct inbound *peer, const struct choice *c)
{
    const struct inbound_state *s = peer->state;
    if (!peer->relies)
        return 0;
    return (uint64_t)!has_network(c, peer->network) << 40 |
           merit(1ULL + s->firsts, s->eager && !c->redraws);
}

typedef uint64_t score(const struct inbound *peer, const struct choice *c);

static bool may_push(const struct inbound *peer)
{
    return peer && !peer->doomed && session_is_numbered(peer->session);
}

/* The best peer of those that are not chosen; of equals one by chance. NULL: nothing speaks for any
 * of them. */
static struct inbound *best(struct listener *l, const struct choice *c, score *score_of)
{
    struct inbound *found = NULL;
    uint64_t most = 1, equals = 0;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        const bool can = may_push(peer) && !is_chosen(c, peer);
        const uint64_t points = can ? score_of(peer, c) : 0;
        if (points < most)
            continue;
        equals = points > most ? 1 : equals + 1;
        if (chance_below(&l->chance, equals) == 0)
            found = peer;
        most = points;
    }
    return found;
}

/* Adds so many of the best, or fewer. */
static void choose_best(struct listener *l, struct choice *c, size_t most, score *score_of)
{
    struct inbound *peer;
    while (most-- && (peer = best(l, c, score_of)))
        c->peers[c->n++] = peer;
}

static void set_eager(struct inbound *peer, bool eager)
{
    const char *line = eager ? "eager\n" : "lazy\n";
    if (peer->state->eager == eager || session_put(peer->session, line, strlen(line)))
        return; /* out of memory, it goes on as before */
    peer->state->eager = eager;
    peer->state->was_eager = true;
}

static void choose(struct listener *l, int64_t now)
{
    const bool busy = (int64_t)l->news * 1000 >= BUSY * (now - l->chosen);
    struct choice c = {.redraws = now - l->redrawn >= REDRAW_EVERY};
    if (c.redraws)
        l->redrawn = now;
    choose_best(l, &c, busy ? EAGER_BUSY : EAGER_FIRSTS, by_firsts);
    const struct choice firsts = c;
    choose_best(l, &c, busy ? 0 : EAGER_RELIANCE, by_reliance);
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        if (!peer)
            continue;
        if (may_push(peer))
            set_eager(peer, is_chosen(&c, peer));
        peer->state->is_first = is_chosen(&firsts, peer);
        peer->state->firsts /= 2; /* what is long ago counts less and less */
    }
    l->news = 0;
    l->chosen = now;
}

void eager_note(struct listener *l, struct inbound *peer, int64_t now)
{
    peer->state->firsts++;
    if (++l->news >= CHOOSE_AFTER && now - l->chosen >= CHOOSE_EVERY)
        choose(l, now);
}
