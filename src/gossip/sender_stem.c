/* The stem phase of Dandelion++: a fresh transaction goes to one peer, and from there to one of
 * that peer's peers, until a node on the way announces it to everyone. To an observer of many nodes
 * it seems to come from there. */
#include "gossip/sender_parts.h"

#include "base/chance.h"

#include <string.h>

enum { EMBARGO_STEPS = 100 };

/* The embargo: SENDER_EMBARGO plus an exponentially distributed time with that mean. */
static int64_t draw_embargo(struct sender *s)
{
    int64_t embargo = SENDER_EMBARGO;
    while (chance_below(&s->chance, EMBARGO_STEPS))
        embargo += SENDER_EMBARGO / EMBARGO_STEPS;
    return embargo;
}

void stem_begin(struct sender *s, struct held *p, int64_t now)
{
    const bool ours = s->config->origins && !p->from;
    if (!s->config->stems || idset_has(&s->fluff, p->id) ||
        s->stems.len / sizeof p->seq >= SENDER_STEMS_MAX ||
        (!ours && chance_below(&s->chance, SENDER_FLUFF) == 0))
        return;
    if (buf_add(&s->stems, &p->seq, sizeof p->seq) == 0)
        p->embargo = now + draw_embargo(s);
}

void stem_end(struct sender *s, struct held *p)
{
    if (!p->embargo)
        return;
    p->embargo = 0;
    offer_again(s, p);
}

static bool may_get_stems(const struct outbound *peer)
{
    return peer && peer->session->greeted && !peer->doomed;
}

/* Draws a peer that we dialed, or that dialed us: whether there is one. */
static bool draw_stem_peer(struct sender *s, bool accepted)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SENDER_PEERS_MAX; i++)
        if (may_get_stems(s->peers[i]) && s->peers[i]->accepted == accepted &&
            chance_below(&s->chance, ++count) == 0)
            s->stem_slot = i;
    return count > 0;
}

/* The peer that gets this epoch's stems; another is drawn if it has left. Whoever wants to see our
 * stems can dial us as often as he likes, so only peers that we chose get them, unless there are
 * none. NULL: there is no peer at all. */
static struct outbound *stem_peer(struct sender *s, int64_t now)
{
    const struct outbound *peer = s->peers[s->stem_slot];
    if (now < s->epoch_ends && may_get_stems(peer) && !peer->accepted)
        return s->peers[s->stem_slot];
    const bool stays = now < s->epoch_ends && may_get_stems(peer);
    if (draw_stem_peer(s, false) || (!stays && draw_stem_peer(s, true))) {
        s->epoch_ends = now + SENDER_EPOCH;
        return s->peers[s->stem_slot];
    }
    return stays ? s->peers[s->stem_slot] : NULL;
}

static void send_stem(struct sender *s, struct outbound *peer, struct held *p)
{
    s->scratch.len = 0;
    if (wire_put_ids("stem", (const uint8_t(*)[ID_LEN])(const void *)p->id, 1, &s->scratch) ||
        session_put(peer->session, s->scratch.data, s->scratch.len))
        return;
    outbound_offered(s, peer, p, "stem");
}

/* Sends a stem that was announced to no peer yet, or whose peer left without taking it; fluffs one
 * whose embargo has ended. Whether it is still a stem. */
static bool settle_one(struct sender *s, struct held *p, int64_t now)
{
    struct outbound *peer;
    if (!p || !p->embargo)
        return false;
    if (now >= p->embargo) {
        stem_end(s, p);
        return false;
    }
    if (!p->offered && !p->taken && (peer = stem_peer(s, now)) &&
        !(p->from & 1ULL << peer->state->slot) && peer->state->open < SENDER_WINDOW)
        send_stem(s, peer, p);
    return true;
}

void stem_settle(struct sender *s, int64_t now)
{
    size_t kept = 0;
    for (size_t at = 0; at < s->stems.len; at += sizeof(uint64_t)) {
        uint64_t seq;
        memcpy(&seq, s->stems.data + at, sizeof seq);
        if (!settle_one(s, held_at(s, seq), now))
            continue;
        memcpy(s->stems.data + kept, &seq, sizeof seq);
        kept += sizeof seq;
    }
    s->stems.len = kept;
}
