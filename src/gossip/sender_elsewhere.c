/* Which peers announced the records that are not held here yet. */
#include "gossip/sender_parts.h"

/* Clears the bits of peers that have left since the entry was last changed. */
static void refresh_elsewhere(const struct sender *s, struct elsewhere *e)
{
    if (e->departures == s->departures)
        return;
    for (unsigned i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->left[i] > e->departures)
            e->peers &= ~(1ULL << i);
    e->departures = s->departures;
}

uint64_t elsewhere_take(struct sender *s, const uint8_t id[ID_LEN])
{
    struct elsewhere *e = s->elsewhere.count ? idmap_find(&s->elsewhere, id) : NULL;
    if (!e)
        return 0;
    refresh_elsewhere(s, e);
    uint64_t peers = e->peers;
    idmap_remove(&s->elsewhere, e);
    return peers;
}

void sender_has(struct sender *s, struct outbound *peer, const uint8_t id[ID_LEN])
{
    uint64_t bit = 1ULL << peer->state->slot;
    struct held *p = held_find(s, id);
    if (p) {
        p->from |= bit;
        return;
    }
    struct elsewhere *e = idmap_find(&s->elsewhere, id);
    if (!e && s->elsewhere.count == s->elsewhere.limit)
        idmap_remove(&s->elsewhere, idmap_any(&s->elsewhere, &s->chance));
    if (!e)
        e = idmap_add(&s->elsewhere, id);
    if (!e)
        return; /* out of memory, the record is announced back */
    refresh_elsewhere(s, e);
    e->peers |= bit;
}
