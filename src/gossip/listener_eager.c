/*
 * Eager push (Plumtree: Leitao, Pereira, Rodrigues 2007, "Epidemic Broadcast Trees"): the peers
 * that are most often the first with a new record send small ones without announcing them, so that
 * a hop takes half a round trip instead of one and a half. All others announce. Nothing depends on
 * an eager peer: a record that it does not push is requested from the first that announces it.
 */
#include "gossip/listener_parts.h"

#include <string.h>

enum {
    EAGER_MAX = 2,
    CHOOSE_FIRST = 4,   /* new records after which the first are chosen, */
    CHOOSE_AGAIN = 256, /* ... and after which others may take their places: */
    LOYALTY = 2,        /* if they were the first so many times as often */
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

static uint32_t score(const struct inbound *peer)
{
    return peer->state->firsts * (peer->state->eager ? LOYALTY : 1);
}

static bool may_push(const struct inbound *peer)
{
    return peer && !peer->doomed && session_is_numbered(peer->session);
}

/* The best peer of those that are not chosen. NULL: none has been the first. */
static struct inbound *best(const struct listener *l, struct inbound *const *chosen, size_t n)
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

static void choose(struct listener *l)
{
    struct inbound *chosen[EAGER_MAX];
    size_t n = 0;
    while (n < EAGER_MAX && (chosen[n] = best(l, chosen, n)))
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
        peer->state->firsts = 0;
    }
    l->news = 0;
}

void eager_note(struct listener *l, struct inbound *peer)
{
    peer->state->firsts++;
    if (++l->news >= (l->eager ? CHOOSE_AGAIN : CHOOSE_FIRST))
        choose(l);
}

void eager_leave(struct listener *l, struct inbound *peer)
{
    l->eager -= peer->state->eager;
}
