/* Stems: a fresh transaction goes to one mate, and from there to one of its mates, until somebody
 * on the way tells everyone; who watches many nodes then sees it come from there (Dandelion++). */
#include "net/sender_parts.h"

#include "base/chance.h"

#include <string.h>

enum { EMBARGO_STEPS = 100 };

/* An embargo of SENDER_EMBARGO, and a time more that is without memory, of that mean: each of its
 * steps may be the last. */
static int64_t draw_embargo(struct sender *s)
{
    int64_t embargo = SENDER_EMBARGO;
    while (chance_below(&s->chance, EMBARGO_STEPS))
        embargo += SENDER_EMBARGO / EMBARGO_STEPS;
    return embargo;
}

void stem_begin(struct sender *s, struct parcel *p, int64_t now)
{
    if (!s->config->stems || idset_has(&s->fluff, p->id) ||
        s->stems.len / sizeof p->seq >= SENDER_STEMS_MAX ||
        chance_below(&s->chance, SENDER_FLUFF) == 0)
        return;
    if (buf_add(&s->stems, &p->seq, sizeof p->seq) == 0)
        p->embargo = now + draw_embargo(s);
}

void stem_end(struct sender *s, struct parcel *p)
{
    if (!p->embargo)
        return;
    p->embargo = 0;
    offer_again(s, p);
}

/* The mate that this epoch's stems go to; another is drawn when it has left. NULL: none is here. */
static struct mate *stem_mate(struct sender *s, int64_t now)
{
    unsigned count = 0;
    struct mate *m = s->mates[s->stem_slot];
    if (now < s->epoch_ends && m && m->session.greeted)
        return m;
    for (unsigned i = 0; i < SENDER_MATES_MAX; i++)
        if (s->mates[i] && s->mates[i]->session.greeted && !s->mates[i]->doomed &&
            chance_below(&s->chance, ++count) == 0)
            s->stem_slot = i;
    s->epoch_ends = now + SENDER_EPOCH;
    return count ? s->mates[s->stem_slot] : NULL;
}

static void send_stem(struct sender *s, struct mate *m, struct parcel *p)
{
    s->scratch.len = 0;
    if (wire_put_ids("stem", (const uint8_t(*)[ID_LEN])(const void *)p->id, 1, &s->scratch) ||
        session_put(&m->session, s->scratch.data, s->scratch.len))
        return;
    mate_offered(s, m, p, "stem");
}

/* Sends a stem that no mate was offered yet, or took before it left, or ends one whose time has
 * come. Whether it is one still. */
static bool settle_one(struct sender *s, struct parcel *p, int64_t now)
{
    struct mate *m;
    if (!p || !p->embargo)
        return false;
    if (now >= p->embargo) {
        stem_end(s, p);
        return false;
    }
    if (!p->offered && !p->taken && (m = stem_mate(s, now)) && m->state->open < SENDER_WINDOW)
        send_stem(s, m, p);
    return true;
}

void stem_settle(struct sender *s, int64_t now)
{
    size_t kept = 0;
    for (size_t at = 0; at < s->stems.len; at += sizeof(uint64_t)) {
        uint64_t seq;
        memcpy(&seq, s->stems.data + at, sizeof seq);
        if (!settle_one(s, parcel_at(s, seq), now))
            continue;
        memcpy(s->stems.data + kept, &seq, sizeof seq);
        kept += sizeof seq;
    }
    s->stems.len = kept;
}
