/* Which announcement to a peer had which number (wire/wire_refs.h). */
#include "gossip/sender_parts.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

/* Doubles the ring, which has not wrapped yet. 0, or -1: no memory. */
static int grow(struct announcements *a)
{
    size_t cap = a->cap ? 2 * a->cap : FIRST_CAP;
    uint64_t *seqs = realloc(a->seqs, cap * sizeof *seqs);
    if (!seqs)
        return -1;
    a->seqs = seqs;
    a->cap = cap;
    return 0;
}

void outbound_number(struct sender *s, struct outbound *peer, const struct held *p)
{
    struct announcements *a = &peer->state->announcements;
    const uint64_t number = peer->session->announcements - a->first;
    struct fault f;
    if (!session_is_numbered(peer->session))
        return;
    if (number == a->cap && a->cap < WIRE_REMEMBERED && grow(a)) {
        fault_memory(&f);
        outbound_doom(s, peer, "full", &f);
        return;
    }
    a->seqs[number & (a->cap - 1)] = p->seq;
    peer->session->announcements++;
}

struct held *outbound_held(const struct sender *s, const struct outbound *peer,
                           const struct wire_ref *ref, uint64_t *next)
{
    const struct announcements *a = &peer->state->announcements;
    const uint64_t count = peer->session->announcements - a->first;
    const uint64_t number = (uint64_t)ref->number - a->first;
    if (ref->number < 0)
        return held_find_next(s, ref->id, next);
    if (number >= count || count - number > a->cap)
        return NULL;
    return held_at(s, a->seqs[number & (a->cap - 1)]);
}
