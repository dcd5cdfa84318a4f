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
    if (!s->config->stems || idset_has(&s->fluff, p->id) ||
        s->stems.len / sizeof p->seq >= SENDER_STEMS_MAX ||
        chance_below(&s->chance, SENDER_FLUFF) == 0)
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

/* The peer that gets this epoch's stems; another is drawn if it has left. NULL: there is none. */
static struct outbound *stem_peer(struct sender *s, int64_t now)
{
    unsigned count = 0;
    struct outbound *peer = s->peers[s->stem_slot];
    if (now < s->epoch_ends && peer && peer->session->greeted)
        return peer;
    for (unsigned i = 0; i < SENDER_PEERS_MAX; i++)
        if (s->peers[i] && s->peers[i]->session->greeted && !s->peers[i]->doomed &&
            chance_below(&s->chance, ++count) == 0)
            s->stem_slot = i;
    s->epoch_ends = now + SENDER_EPOCH;
    return count ? s->peers[s->stem_slot] : NULL;
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
