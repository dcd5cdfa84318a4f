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
    EAGER_MAX = 6,
    EAGER_FIRSTS = 3, /* ... of them for being the first; the others rely on us */
    EAGER_BUSY = 2,   /* the first alone, while so many new records or more come in a second: */
    BUSY = 50,
    CHOOSE_AFTER = 4,    /* new records, and */
    CHOOSE_EVERY = 1000, /* ms, after which others may take the places of those that are eager: */
    LOYALTY = 2,         /* if they were the first so many times as often */
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

/* How much speaks for a peer, in either respect. One that is eager stays so until there is a better
 * one. */
static uint32_t by_firsts(const struct inbound *peer)
{
    const struct inbound_state *s = peer->state;
    return 2 * s->firsts * (s->eager ? LOYALTY : 1) + s->eager;
}

static uint32_t by_reliance(const struct inbound *peer)
{
    return peer->relies ? 1U + peer->state->eager : 0;
}

static bool may_push(const struct inbound *peer)
{
    return peer && !peer->doomed && session_is_numbered(peer->session);
}

/* The best peer of those that are not chosen. NULL: nothing speaks for any of them. */
static struct inbound *best(const struct listener *l, struct inbound *const *chosen, size_t n,
                            uint32_t (*score)(const struct inbound *))
{
    struct inbound *found = NULL;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        bool is_chosen = false;
        for (size_t j = 0; j < n; j++)
            is_chosen |= chosen[j] == peer;
        if (may_push(peer) && !is_chosen && score(peer) > (found ? score(found) : 0))
            found = peer;
    }
    return found;
}

static void set_eager(struct listener *l, struct inbound *peer, bool eager)
{
    const char *line = eager ? "eager\n" : "lazy\n";
    if (peer->state->eager == eager || session_put(peer->session, line, strlen(line)))
        return; /* out of memory, it goes on as before */
    peer->state->eager = eager;
    peer->state->was_eager = true;
    l->eager += eager ? 1 : (size_t)-1;
}

static void choose(struct listener *l, int64_t now)
{
    struct inbound *chosen[EAGER_MAX];
    const bool busy = (int64_t)l->news * 1000 >= BUSY * (now - l->chosen);
    const size_t firsts = busy ? EAGER_BUSY : EAGER_FIRSTS;
    size_t n = 0;
    while (n < firsts && (chosen[n] = best(l, chosen, n, by_firsts)))
        n++;
    while (!busy && n < EAGER_MAX && (chosen[n] = best(l, chosen, n, by_reliance)))
        n++;
    for (size_t i = 0; i < l->top; i++) {
        struct inbound *peer = l->peers[i];
        bool is_chosen = false;
        for (size_t j = 0; j < n; j++)
            is_chosen |= chosen[j] == peer;
        if (!peer)
            continue;
        if (may_push(peer))
            set_eager(l, peer, is_chosen);
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

void eager_leave(struct listener *l, struct inbound *peer)
{
    l->eager -= peer->state->eager;
}
