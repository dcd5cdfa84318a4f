/* Announcements, and what becomes of those that nobody answers. */
#include "gossip/sender_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    BRIEF_ROOM = 1 << 20, /* ... and up to which a peer still gets compact blocks */
    AGAIN_MAX = 1 << 16,  /* records waiting to be announced out of turn */
    WAITING_MAX = 4096,   /* peer records waiting because of their rate */
    INSIST_EVERY = 5000,  /* ms after which unanswered announcements are repeated */
};

const struct rate sender_peers = {180, 500};

/* --- Announcements ---------------------------------------------------------------------------- */

void outbound_offered(struct sender *s, struct outbound *peer, struct held *p, const char *word)
{
    p->offered |= outbound_bit(peer);
    p->told |= outbound_bit(peer);
    peer->state->open++;
    outbound_number(s, peer, p);
    sender_log(s, peer, "offer", p->id, word);
}

/* Whether to announce the record to the peer: not if it was announced before, and not a stem. */
static bool is_due(const struct outbound *peer, const struct held *p)
{
    return p && !p->embargo && !((p->offered | p->from) & outbound_bit(peer));
}

void offer_again(struct sender *s, struct held *p)
{
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++) {
        struct outbound *peer = s->peers[i];
        if (!peer || ((p->has | p->from) & outbound_bit(peer)))
            continue;
        if (p->offered & ~p->settled & outbound_bit(peer))
            peer->state->open--;
        p->offered &= ~outbound_bit(peer);
        p->settled &= ~outbound_bit(peer);
        p->stale &= ~outbound_bit(peer);
        if (peer->state->again.len >= AGAIN_MAX * sizeof p->seq)
            continue;
        buf_add(&peer->state->again, &p->seq, sizeof p->seq); /* out of memory, not to this peer */
    }
}

/* Limits how many records taken by others before the peer joined are announced to it. */
static bool is_worth(const struct sender *s, struct outbound_state *t, const struct held *p)
{
    if (p->seq >= t->joined || p->taken < s->config->need || p->waits)
        return true;
    return t->reoffer && t->reoffer--;
}

/* Whether the record must wait, because it is a peer record and the listener takes no more of them
 * for now. If too many wait, one of them by chance is not announced to this peer. */
static bool must_wait(struct sender *s, struct outbound *peer, const struct held *p, int64_t now)
{
    struct outbound_state *t = peer->state;
    if (!p->is_peer || bucket_take(&t->peers, &sender_peers, now))
        return false;
    size_t count = t->waiting.len / sizeof p->seq;
    if (count < WAITING_MAX)
        buf_add(&t->waiting, &p->seq, sizeof p->seq); /* out of memory, not to this peer */
    else
        memcpy(t->waiting.data + chance_below(&s->chance, count) * sizeof p->seq, &p->seq,
               sizeof p->seq);
    return true;
}

/* One of the peer records that wait, by chance, so that a flood does not keep an honest one away.
 * NULL: none, or not yet. */
static struct held *next_waiting(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    while (t->waiting.len && bucket_has(&t->peers, &sender_peers, now)) {
        uint64_t seq, last;
        size_t at = chance_below(&s->chance, t->waiting.len / sizeof seq) * sizeof seq;
        t->waiting.len -= sizeof seq;
        memcpy(&seq, t->waiting.data + at, sizeof seq);
        memcpy(&last, t->waiting.data + t->waiting.len, sizeof last);
        memcpy(t->waiting.data + at, &last, sizeof last);
        struct held *p = held_at(s, seq);
        if (is_due(peer, p) && bucket_take(&t->peers, &sender_peers, now))
            return p;
    }
    return NULL;
}

/* One that arrived before the peer, and that enough others have taken. */
static struct held *next_from_before(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    while (t->reoffer && t->back > s->first) {
        struct held *p = held_at(s, --t->back);
        if (is_due(peer, p) && !p->waits && is_worth(s, t, p) && !must_wait(s, peer, p, now))
            return p;
    }
    if (t->forth < s->first)
        t->forth = s->first;
    while (t->forth < t->end) {
        struct held *p = held_at(s, t->forth++);
        if (is_due(peer, p) && p->waits)
            return p;
    }
    return NULL;
}

/* The next record to announce to the peer: out of turn, new, or from before it joined. NULL: none.
 */
static struct held *next_due(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    struct held *p = next_waiting(s, peer, now);
    if (p)
        return p;
    while (t->again.len) {
        uint64_t seq;
        memcpy(&seq, t->again.data + t->again.len - sizeof seq, sizeof seq);
        t->again.len -= sizeof seq;
        p = held_at(s, seq);
        if (is_due(peer, p) && !must_wait(s, peer, p, now))
            return p;
    }
    while (t->next < s->next) {
        p = held_at(s, t->next++);
        if (is_due(peer, p) && is_worth(s, t, p) && !must_wait(s, peer, p, now))
            return p;
    }
    return next_from_before(s, peer, now);
}

static int put_have(struct sender *s, struct outbound *peer, const uint8_t ids[][ID_LEN], size_t n)
{
    s->scratch.len = 0;
    return wire_put_ids("have", ids, n, &s->scratch) || outbound_say(s, peer) ? -1 : 0;
}

/* Announces some records, in the order of their numbers. How many, or -1: no memory. */
static int offer_some(struct sender *s, struct outbound *peer, int64_t now)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    size_t n = 0, count = 0;
    struct held *p;
    if (push_is_near(s, peer, now) || offer_waits(s, peer, now))
        return 0;
    for (;
         count < WIRE_IDS_MAX && peer->state->open < SENDER_WINDOW && (p = next_due(s, peer, now));
         count++) {
        if (!push_is_due(s, peer, p)) {
            memcpy(ids[n++], p->id, ID_LEN);
            peer->state->last_have = p->seq;
            peer->state->has_last = true;
            outbound_offered(s, peer, p, outbound_is_again(peer, p) ? "have again" : "have");
            continue;
        }
        if (put_have(s, peer, (const uint8_t(*)[ID_LEN])ids, n) || push_record(s, peer, p))
            return -1;
        n = 0;
    }
    return put_have(s, peer, (const uint8_t(*)[ID_LEN])ids, n) ? -1 : (int)count;
}

/* --- Compact blocks --------------------------------------------------------------------------- */

/* `brief ...` and its `short` lines. 0, or -1: no memory. */
static int make_brief(const struct held *p, const struct item *item, struct buf *out)
{
    const char *end = memchr(p->text, '\n', p->size);
    const size_t word = strlen("block");
    if (buf_add_string(out, "brief") ||
        buf_add(out, p->text + word, (size_t)(end - p->text) + 1 - word))
        return -1;
    for (size_t i = 0; i < item->count; i++) {
        char field[2 * WIRE_SHORT_LEN + 1] = " ";
        hex_encode(field + 1, item->entries[i].id, WIRE_SHORT_LEN);
        bool last = i + 1 == item->count || (i + 1) % WIRE_SHORTS_MAX == 0;
        if ((i % WIRE_SHORTS_MAX == 0 && buf_add_string(out, "short")) ||
            buf_add(out, field, sizeof field) || (last && buf_add_string(out, "\n")))
            return -1;
    }
    return 0;
}

void offer_brief(struct sender *s, struct held *p, const struct item *item)
{
    s->scratch.len = 0;
    if (make_brief(p, item, &s->scratch))
        return; /* it will be announced by its id */
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++) {
        struct outbound *peer = s->peers[i];
        if (!peer || (p->from & outbound_bit(peer)) || !peer->session->greeted ||
            session_backlog(peer->session) > BRIEF_ROOM || peer->state->open >= SENDER_WINDOW ||
            outbound_say(s, peer))
            continue;
        peer->state->lines_left = peer->state->lines_left / 2 + 2 * p->size;
        outbound_offered(s, peer, p, "brief");
    }
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* Stops waiting for a peer that has made no progress for long. */
static void lose_patience(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    if (!t->open || now - t->moved < SENDER_PATIENCE)
        return;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        struct held *p = held_at(s, seq);
        if (!(p->offered & ~p->settled & outbound_bit(peer)))
            continue;
        p->settled |= outbound_bit(peer);
        sender_log(s, peer, "late", p->id, NULL);
    }
    t->open = 0;
    t->moved = now;
}

/* Stops waiting for the peer to take single records, such as those that are useless to it: they
 * must not fill its window. Each has had SENDER_PATIENCE, or up to twice that. */
static void sweep(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    if (now - t->swept < SENDER_PATIENCE)
        return;
    t->swept = now;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        struct held *p = held_at(s, seq);
        if (!(p->offered & ~p->settled & outbound_bit(peer)) || p->embargo)
            continue;
        if (p->stale & outbound_bit(peer)) {
            p->settled |= outbound_bit(peer);
            t->open--;
            sender_log(s, peer, "late", p->id, NULL);
        }
        p->stale |= outbound_bit(peer);
    }
}

/* How many records the peer has yet to answer; at least so many, if it has verdicts to give. */
static size_t unanswered(const struct sender *s, const struct outbound *peer)
{
    return peer->state->open + (peer->verdicts && s->config->unjudged ? s->unjudged : 0);
}

static bool is_unanswered(const struct sender *s, const struct outbound *peer, const struct held *p)
{
    bool owes_verdict = peer->verdicts && held_needs_verdict(s, p);
    return (p->offered & outbound_bit(peer)) &&
           (!(p->settled & outbound_bit(peer)) || owes_verdict);
}

/* Appends to *ids the announcements that the peer has not answered, perhaps including very recent
 * ones, and numbers them again. 0, or -1: no memory. */
static int find_lying(struct sender *s, struct outbound *peer, int64_t now, struct buf *ids)
{
    size_t found = 0, most = unanswered(s, peer);
    for (uint64_t seq = s->next; seq-- > s->first && found < most;) {
        const struct held *p = held_at(s, seq);
        if (!is_unanswered(s, peer, p))
            continue;
        found++;
        if (p->embargo || now - p->came < INSIST_EVERY)
            continue;
        outbound_number(s, peer, p);
        if (buf_add(ids, p->id, ID_LEN))
            return -1;
    }
    return 0;
}

/* Repeats unanswered announcements from time to time: the peer may have had too much in flight, or
 * have waited in vain for another announcer. One that took a record which another sender brought
 * first says what became of it only when asked again. */
static int insist(struct sender *s, struct outbound *peer, int64_t now)
{
    struct outbound_state *t = peer->state;
    struct buf ids = {0};
    if (!t->insisted)
        t->insisted = now;
    if (!unanswered(s, peer) || session_backlog(peer->session) || now - t->insisted < INSIST_EVERY)
        return 0;
    t->insisted = now;
    s->scratch.len = 0;
    int failed = find_lying(s, peer, now, &ids) ||
                 wire_put_ids("have", (const uint8_t(*)[ID_LEN])(const void *)ids.data,
                              ids.len / ID_LEN, &s->scratch) ||
                 outbound_say(s, peer);
    buf_free(&ids);
    return failed ? -1 : 0;
}

static int settle_peer(struct sender *s, struct outbound *peer, int64_t now)
{
    int offered;
    lose_patience(s, peer, now);
    sweep(s, peer, now);
    if (insist(s, peer, now) || outbound_give(s, peer))
        return -1;
    do
        offered = session_backlog(peer->session) < SENDER_ROOM ? offer_some(s, peer, now) : 0;
    while (offered == WIRE_IDS_MAX);
    return offered < 0 ? -1 : 0;
}

void sender_settle(struct sender *s, int64_t now)
{
    struct fault f;
    stem_settle(s, now);
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++) {
        struct outbound *peer = s->peers[i];
        if (peer && peer->session->greeted && !peer->doomed && settle_peer(s, peer, now)) {
            fault_memory(&f);
            outbound_doom(s, peer, "full", &f);
        }
    }
    if (lull_is_over(&s->lull, now))
        s->lull.ends = 0;
}
