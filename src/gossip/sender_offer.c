/* Announcements, requests and acknowledgements. */
#include "gossip/sender_parts.h"

#include "base/hex.h"
#include "base/num.h"
#include "record/mark.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 1 << 18,       /* bytes waiting to be sent at which no more are added */
    BRIEF_ROOM = 1 << 20, /* ... and up to which a peer still gets compact blocks */
    AGAIN_MAX = 1 << 16,  /* records waiting to be announced out of turn */
    WAITING_MAX = 4096,   /* peer records waiting because of their rate */
    LATER_MAX = 8,        /* times that a record is offered again for a peer's `later` */
    WANTS_MAX = 4096,     /* records requested and not sent yet */
    INSIST_EVERY = 5000,  /* ms after which unanswered announcements are repeated */
};

const struct rate sender_peers = {180, 500};

static uint64_t bit_of(const struct outbound *m)
{
    return 1ULL << m->state->slot;
}

static int say(struct sender *s, struct outbound *m)
{
    return session_put(m->session, s->scratch.data, s->scratch.len);
}

static int doom(struct sender *s, struct outbound *m, const char *word, const struct fault *why)
{
    if (!m->doomed) {
        m->doomed = true;
        m->why = *why;
        m->session->word = word;
        sender_log(s, m, "bad", NULL, why->text);
    }
    return -1;
}

/* --- Announcements ---------------------------------------------------------------------------- */

void outbound_offered(struct sender *s, struct outbound *m, struct held *p, const char *word)
{
    p->offered |= bit_of(m);
    p->told |= bit_of(m);
    m->state->open++;
    sender_log(s, m, "offer", p->id, word);
}

/* Whether to announce the record to the peer: not if it was announced before, and not a stem. */
static bool is_due(const struct outbound *m, const struct held *p)
{
    return p && !p->embargo && !((p->offered | p->from) & bit_of(m));
}

void offer_again(struct sender *s, struct held *p)
{
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++) {
        struct outbound *m = s->peers[i];
        if (!m || ((p->has | p->from) & bit_of(m)))
            continue;
        if (p->offered & ~p->settled & bit_of(m))
            m->state->open--;
        p->offered &= ~bit_of(m);
        p->settled &= ~bit_of(m);
        p->stale &= ~bit_of(m);
        if (m->state->again.len >= AGAIN_MAX * sizeof p->seq)
            continue;
        buf_add(&m->state->again, &p->seq, sizeof p->seq); /* out of memory, not to this peer */
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
static bool must_wait(struct sender *s, struct outbound *m, const struct held *p, int64_t now)
{
    struct outbound_state *t = m->state;
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
static struct held *next_waiting(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    while (t->waiting.len && bucket_has(&t->peers, &sender_peers, now)) {
        uint64_t seq, last;
        size_t at = chance_below(&s->chance, t->waiting.len / sizeof seq) * sizeof seq;
        t->waiting.len -= sizeof seq;
        memcpy(&seq, t->waiting.data + at, sizeof seq);
        memcpy(&last, t->waiting.data + t->waiting.len, sizeof last);
        memcpy(t->waiting.data + at, &last, sizeof last);
        struct held *p = held_at(s, seq);
        if (is_due(m, p) && bucket_take(&t->peers, &sender_peers, now))
            return p;
    }
    return NULL;
}

/* One that arrived before the peer, and that enough others have taken. */
static struct held *next_from_before(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    while (t->reoffer && t->back > s->first) {
        struct held *p = held_at(s, --t->back);
        if (is_due(m, p) && !p->waits && is_worth(s, t, p) && !must_wait(s, m, p, now))
            return p;
    }
    if (t->forth < s->first)
        t->forth = s->first;
    while (t->forth < t->end) {
        struct held *p = held_at(s, t->forth++);
        if (is_due(m, p) && p->waits)
            return p;
    }
    return NULL;
}

/* The next record to announce to the peer: out of turn, new, or from before it joined. NULL: none.
 */
static struct held *next_due(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    struct held *p = next_waiting(s, m, now);
    if (p)
        return p;
    while (t->again.len) {
        uint64_t seq;
        memcpy(&seq, t->again.data + t->again.len - sizeof seq, sizeof seq);
        t->again.len -= sizeof seq;
        p = held_at(s, seq);
        if (is_due(m, p) && !must_wait(s, m, p, now))
            return p;
    }
    while (t->next < s->next) {
        p = held_at(s, t->next++);
        if (is_due(m, p) && is_worth(s, t, p) && !must_wait(s, m, p, now))
            return p;
    }
    return next_from_before(s, m, now);
}

static int offer_some(struct sender *s, struct outbound *m, int64_t now)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    size_t n = 0;
    struct held *p;
    while (n < WIRE_IDS_MAX && m->state->open < SENDER_WINDOW && (p = next_due(s, m, now))) {
        memcpy(ids[n++], p->id, ID_LEN);
        bool again = (p->told & bit_of(m)) || (p->seq < m->state->joined && p->taken);
        outbound_offered(s, m, p, again ? "have again" : "have");
    }
    s->scratch.len = 0;
    if (wire_put_ids("have", (const uint8_t(*)[ID_LEN])ids, n, &s->scratch) || say(s, m))
        return -1;
    return (int)n;
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
        struct outbound *m = s->peers[i];
        if (!m || (p->from & bit_of(m)) || !m->session->greeted ||
            session_backlog(m->session) > BRIEF_ROOM || m->state->open >= SENDER_WINDOW ||
            say(s, m))
            continue;
        m->state->lines_left = m->state->lines_left / 2 + 2 * p->size;
        outbound_offered(s, m, p, "brief");
    }
}

/* --- Requests --------------------------------------------------------------------------------- */

static int take_want(struct sender *s, struct outbound *m, const char *line, size_t len,
                     struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    struct outbound_state *t = m->state;
    int n = wire_ids(line, len, ids, f);
    if (n < 0)
        return -1;
    for (int i = 0; i < n && t->wants.len / sizeof(uint64_t) - t->wants_at < WANTS_MAX; i++) {
        const struct held *p = held_find_next(s, ids[i], &t->wanted);
        if (p && (p->offered & bit_of(m)) && buf_add(&t->wants, &p->seq, sizeof p->seq))
            return fault_memory(f);
    }
    return 0;
}

static int give_some(struct sender *s, struct outbound *m)
{
    struct outbound_state *t = m->state;
    while (t->wants_at * sizeof(uint64_t) < t->wants.len && session_backlog(m->session) < ROOM) {
        uint64_t seq;
        memcpy(&seq, t->wants.data + t->wants_at++ * sizeof seq, sizeof seq);
        struct held *p = held_at(s, seq);
        if (!p)
            continue; /* let go meanwhile */
        if (session_put(m->session, p->text, p->size))
            return -1;
        sender_log(s, m, "gave", p->id, p->given & bit_of(m) ? "again" : NULL);
        p->given |= bit_of(m);
    }
    if (t->wants_at * sizeof(uint64_t) == t->wants.len)
        t->wants.len = t->wants_at = 0;
    return 0;
}

/* Sends the lines of a block's body whose indexes, ascending, are listed in n bytes. 0, or -1 and a
 * fault. */
static int put_lines(struct sender *s, struct outbound *m, const struct held *p,
                     const char *indexes, size_t n, struct fault *f)
{
    const char *line = (const char *)memchr(p->text, '\n', p->size) + 1;
    const char *stop = indexes + n;
    int64_t at = 0, index;
    s->scratch.len = 0;
    while (indexes < stop) {
        const char *space = memchr(indexes, ' ', (size_t)(stop - indexes));
        const char *end = space ? space : stop;
        if (number_parse(indexes, (size_t)(end - indexes), &index) || index < at ||
            index >= p->count)
            return fault_rule(f, "lines: indexes that do not ascend, or are too large");
        for (; at < index; at++)
            line = (const char *)memchr(line, '\n', (size_t)(p->text + p->size - line)) + 1;
        const char *next = (const char *)memchr(line, '\n', (size_t)(p->text + p->size - line)) + 1;
        if (buf_add(&s->scratch, line, (size_t)(next - line)))
            return fault_memory(f);
        line = next;
        at++;
        indexes = space ? space + 1 : stop;
    }
    if (s->scratch.len > m->state->lines_left)
        return 0; /* it will want the whole block */
    m->state->lines_left -= s->scratch.len;
    return say(s, m) ? fault_memory(f) : 0;
}

static int take_lines(struct sender *s, struct outbound *m, const char *line, size_t len,
                      struct fault *f)
{
    const size_t head = strlen("lines ");
    uint8_t id[ID_LEN];
    if (line_check(line, len, f))
        return -1;
    if (len < head + 2 * ID_LEN + 2 || line[head + 2 * ID_LEN] != ' ' ||
        hex_decode(id, line + head, ID_LEN))
        return fault_rule(f, "lines: not a block's id and indexes");
    struct held *p = held_find(s, id);
    if (!p || p->count < 0 || !(p->offered & bit_of(m)))
        return 0; /* dropped meanwhile: the peer will ask another */
    p->given |= bit_of(m);
    const size_t begin = head + 2 * ID_LEN + 1;
    return put_lines(s, m, p, line + begin, len - begin, f);
}

static void take_one(struct sender *s, struct outbound *m, struct held *p)
{
    if (!(p->settled & bit_of(m)))
        m->state->open--;
    p->settled |= bit_of(m);
    if (p->has & bit_of(m))
        return;
    p->has |= bit_of(m);
    s->unsure -= held_is_unsure(s, p);
    p->sure += (p->given & bit_of(m)) != 0;
    if (++p->taken == s->config->need)
        s->open--;
    s->unsure += held_is_unsure(s, p);
    m->taken++;
    if (m->verdicts && !p->judged && !p->unjudged) {
        p->unjudged = true;
        s->unjudged++;
    }
    sender_log(s, m, "taken", p->id, NULL);
}

/* --- Verdicts --------------------------------------------------------------------------------- */

/* The record has its verdict; the first one counts. Whether it is the first. */
static bool settle_verdict(struct sender *s, struct held *p)
{
    bool first = !p->judged;
    s->verdicts += first;
    s->unjudged -= p->unjudged;
    p->unjudged = false;
    p->judged = true;
    return first;
}

/* The peer could not use the record for now: it counts as not taken, so it is announced again. */
static void take_later(struct sender *s, struct outbound *m, struct held *p)
{
    if (!(p->has & bit_of(m)) || p->postponed == LATER_MAX)
        return;
    p->postponed++;
    s->unjudged -= p->unjudged;
    p->unjudged = false;
    p->has &= ~bit_of(m);
    s->unsure -= held_is_unsure(s, p);
    p->sure -= (p->given & bit_of(m)) != 0;
    if (p->taken-- == s->config->need)
        s->open++;
    s->unsure += held_is_unsure(s, p);
    if (p->settled & bit_of(m))
        m->state->open++;
    p->settled &= ~bit_of(m);
}

static int take_refused(struct sender *s, struct outbound *m, const char *line, size_t len,
                        struct fault *f)
{
    struct mark mark;
    if (line_check(line, len, f) || mark_parse(line, len, &mark, f))
        return -1;
    struct held *p = held_find(s, mark.id);
    if (!p || !(p->offered & bit_of(m)))
        return 0;
    take_one(s, m, p);
    if (settle_verdict(s, p) && s->config->refused)
        s->config->refused(s->config->self, p->id, &mark.reason);
    sender_log(s, m, "denied", p->id, NULL);
    return 0;
}

static int take_verdicts(struct sender *s, struct outbound *m, enum wire_word word,
                         const char *line, size_t len, struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    if (word == WIRE_REFUSED)
        return take_refused(s, m, line, len, f);
    int n = wire_ids(line, len, ids, f);
    for (int i = 0; i < n; i++) {
        struct held *p = held_find(s, ids[i]);
        if (!p || !(p->offered & bit_of(m)))
            continue;
        if (word == WIRE_LATER) {
            take_later(s, m, p);
        } else {
            take_one(s, m, p);
            settle_verdict(s, p);
        }
    }
    return n < 0 ? -1 : 0;
}

static int take_taken(struct sender *s, struct outbound *m, const char *line, size_t len,
                      struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    int n = wire_ids(line, len, ids, f);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        struct held *p = held_find_next(s, ids[i], &m->state->took);
        if (p && (p->offered & bit_of(m)))
            take_one(s, m, p);
    }
    return 0;
}

static int take_word(struct sender *s, struct outbound *m, enum wire_word word, const char *line,
                     size_t len, struct fault *f)
{
    switch (word) {
    case WIRE_WANT:
        return take_want(s, m, line, len, f);
    case WIRE_LINES:
        return take_lines(s, m, line, len, f);
    case WIRE_TAKEN:
        return take_taken(s, m, line, len, f);
    case WIRE_ACCEPTED:
    case WIRE_REFUSED:
    case WIRE_LATER:
        return take_verdicts(s, m, word, line, len, f);
    default:
        return fault_rule(f, "a line that no listener sends");
    }
}

static int take_line(void *self, struct session *session, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct outbound *m = self;
    struct sender *s = m->state->sender;
    (void)session;
    if (m->doomed) {
        *f = m->why;
        return -1;
    }
    uint64_t before = m->taken + s->verdicts;
    m->state->moved = now;
    int failed = take_word(s, m, word, line, len, f);
    if (m->taken + s->verdicts > before)
        s->progress = now; /* requests alone are not progress */
    return failed ? doom(s, m, "bad", f) : 0;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct outbound *m = self;
    (void)session, (void)f;
    m->state->moved = now;
    return 0;
}

struct session_role sender_role(void)
{
    return (struct session_role){.greeted = greeted, .line = take_line};
}

/* --- Turns ------------------------------------------------------------------------------------ */

/* Stops waiting for a peer that has made no progress for long. */
static void lose_patience(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    if (!t->open || now - t->moved < SENDER_PATIENCE)
        return;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        struct held *p = held_at(s, seq);
        if (!(p->offered & ~p->settled & bit_of(m)))
            continue;
        p->settled |= bit_of(m);
        sender_log(s, m, "late", p->id, NULL);
    }
    t->open = 0;
    t->moved = now;
}

/* Stops waiting for the peer to take single records, such as those that are useless to it: they
 * must not fill its window. Each has had SENDER_PATIENCE, or up to twice that. */
static void sweep(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    if (now - t->swept < SENDER_PATIENCE)
        return;
    t->swept = now;
    for (uint64_t seq = s->first; seq < s->next; seq++) {
        struct held *p = held_at(s, seq);
        if (!(p->offered & ~p->settled & bit_of(m)) || p->embargo)
            continue;
        if (p->stale & bit_of(m)) {
            p->settled |= bit_of(m);
            t->open--;
            sender_log(s, m, "late", p->id, NULL);
        }
        p->stale |= bit_of(m);
    }
}

/* How many records the peer has yet to answer; at least so many, if it has verdicts to give. */
static size_t unanswered(const struct sender *s, const struct outbound *m)
{
    return m->state->open + (m->verdicts && s->config->unjudged ? s->unjudged : 0);
}

static bool is_unanswered(const struct sender *s, const struct outbound *m, const struct held *p)
{
    bool owes_verdict = m->verdicts && held_needs_verdict(s, p);
    return (p->offered & bit_of(m)) && (!(p->settled & bit_of(m)) || owes_verdict);
}

/* Appends to *ids the announcements that the peer has not answered, perhaps including very recent
 * ones. 0, or -1: no memory. */
static int find_lying(const struct sender *s, const struct outbound *m, int64_t now,
                      struct buf *ids)
{
    size_t found = 0, most = unanswered(s, m);
    for (uint64_t seq = s->next; seq-- > s->first && found < most;) {
        const struct held *p = held_at(s, seq);
        if (!is_unanswered(s, m, p))
            continue;
        found++;
        if (!p->embargo && now - p->came >= INSIST_EVERY && buf_add(ids, p->id, ID_LEN))
            return -1;
    }
    return 0;
}

/* Repeats unanswered announcements from time to time: the peer may have had too much in flight, or
 * have waited in vain for another announcer. One that took a record which another sender brought
 * first says what became of it only when asked again. */
static int insist(struct sender *s, struct outbound *m, int64_t now)
{
    struct outbound_state *t = m->state;
    struct buf ids = {0};
    if (!t->insisted)
        t->insisted = now;
    if (!unanswered(s, m) || session_backlog(m->session) || now - t->insisted < INSIST_EVERY)
        return 0;
    t->insisted = now;
    s->scratch.len = 0;
    int failed = find_lying(s, m, now, &ids) ||
                 wire_put_ids("have", (const uint8_t(*)[ID_LEN])(const void *)ids.data,
                              ids.len / ID_LEN, &s->scratch) ||
                 say(s, m);
    buf_free(&ids);
    return failed ? -1 : 0;
}

static int settle_peer(struct sender *s, struct outbound *m, int64_t now)
{
    int offered;
    lose_patience(s, m, now);
    sweep(s, m, now);
    if (insist(s, m, now) || give_some(s, m))
        return -1;
    do
        offered = session_backlog(m->session) < ROOM ? offer_some(s, m, now) : 0;
    while (offered == WIRE_IDS_MAX);
    return offered < 0 ? -1 : 0;
}

void sender_settle(struct sender *s, int64_t now)
{
    struct fault f;
    stem_settle(s, now);
    for (size_t i = 0; i < SENDER_PEERS_MAX; i++) {
        struct outbound *m = s->peers[i];
        if (m && m->session->greeted && !m->doomed && settle_peer(s, m, now)) {
            fault_memory(&f);
            doom(s, m, "full", &f);
        }
    }
}
