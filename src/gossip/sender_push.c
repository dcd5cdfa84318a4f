/*
 * Eager and lazy push: small new records go to a peer that said `eager' without having been
 * requested, and at once. One that has them from others first is told of them later.
 */
#include "gossip/sender_parts.h"

enum {
    CHANGE_MAX = 200, /* ms for which announcements wait for a change to pushing */
    PUSH_MAX = 4096,  /* bytes of a record that is sent without having been requested */
};

bool outbound_is_again(const struct outbound *peer, const struct held *p)
{
    return (p->told & outbound_bit(peer)) || (p->seq < peer->state->joined && p->taken);
}

/* Whether the peer may yet request a record that was announced to it: one that is pushed before
 * that would arrive out of order. */
static bool may_request(const struct sender *s, const struct outbound *peer)
{
    const struct held *last = peer->state->has_last ? held_at(s, peer->state->last_have) : NULL;
    return last && !((last->given | last->settled) & outbound_bit(peer));
}

bool push_is_due(const struct sender *s, const struct outbound *peer, const struct held *p)
{
    return peer->eager && p->count < 0 && p->size <= PUSH_MAX && !outbound_is_again(peer, p) &&
           !may_request(s, peer);
}

bool push_is_near(const struct sender *s, const struct outbound *peer, int64_t now)
{
    return peer->eager && now - peer->state->eager_from < CHANGE_MAX && may_request(s, peer);
}

int push_record(struct sender *s, struct outbound *peer, struct held *p)
{
    if (session_put(peer->session, "push\n", 5) || session_put(peer->session, p->text, p->size))
        return -1;
    outbound_offered(s, peer, p, "push");
    p->given |= outbound_bit(peer);
    return 0;
}

/* --- Lazy push -------------------------------------------------------------------------------- */

bool offer_waits(struct sender *s, const struct outbound *peer, int64_t now)
{
    const struct outbound_state *t = peer->state;
    const bool has_own = t->next < s->own; /* the peer can have it from nobody else */
    const bool has_new = t->next < s->next || t->again.len;
    const bool has_room = t->open < SENDER_WINDOW;
    if (s->hurried || !peer->relay || peer->eager || t->prompt || has_own || !has_new ||
        !has_room || lull_is_over(&s->lull, now))
        return false;
    lull_begin(&s->lull, now, &s->chance);
    return true;
}

void sender_hurry(struct sender *s)
{
    s->hurried = true;
}

int sender_wait(const struct sender *s, int64_t now, int most)
{
    return lull_wait(&s->lull, now, most);
}
