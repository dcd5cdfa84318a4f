/* What a peer says of the records announced to it: that it wants them, has taken them, and what
 * became of them. */
#include "gossip/sender_parts.h"

#include "base/hex.h"
#include "base/num.h"
#include "record/mark.h"

#include <string.h>

enum {
    LATER_MAX = 8,    /* times that a record is offered again for a peer's `later` */
    WANTS_MAX = 4096, /* records requested and not sent yet */
};

int outbound_say(struct sender *s, struct outbound *peer)
{
    return session_put(peer->session, s->scratch.data, s->scratch.len);
}

int outbound_doom(struct sender *s, struct outbound *peer, const char *word,
                  const struct fault *why)
{
    if (!peer->doomed) {
        peer->doomed = true;
        peer->why = *why;
        peer->session->word = word;
        sender_log(s, peer, "bad", NULL, why->text);
    }
    return -1;
}

/* --- Requests --------------------------------------------------------------------------------- */

static int take_want(struct sender *s, struct outbound *peer, const char *line, size_t len,
                     struct fault *f)
{
    struct wire_ref refs[WIRE_IDS_MAX];
    struct outbound_state *t = peer->state;
    int n = wire_refs(line, len, session_is_numbered(peer->session), refs, f);
    if (n < 0)
        return -1;
    t->prompt = true;
    for (int i = 0; i < n && t->wants.len / sizeof(uint64_t) - t->wants_at < WANTS_MAX; i++) {
        const struct held *p = outbound_held(s, peer, &refs[i], &t->wanted);
        if (p && (p->offered & outbound_bit(peer)) && buf_add(&t->wants, &p->seq, sizeof p->seq))
            return fault_memory(f);
    }
    return 0;
}

int outbound_give(struct sender *s, struct outbound *peer)
{
    struct outbound_state *t = peer->state;
    while (t->wants_at * sizeof(uint64_t) < t->wants.len &&
           session_backlog(peer->session) < SENDER_ROOM) {
        uint64_t seq;
        memcpy(&seq, t->wants.data + t->wants_at++ * sizeof seq, sizeof seq);
        struct held *p = held_at(s, seq);
        if (!p)
            continue; /* let go meanwhile */
        if (session_put(peer->session, p->text, p->size))
            return -1;
        sender_log(s, peer, "gave", p->id, p->given & outbound_bit(peer) ? "again" : NULL);
        p->given |= outbound_bit(peer);
    }
    if (t->wants_at * sizeof(uint64_t) == t->wants.len)
        t->wants.len = t->wants_at = 0;
    return 0;
}

/* Goes back to the first line of a block's body, unless the peer's last request ended in this
 * block, before the line of this index. */
static void seek_line(struct outbound_state *t, const struct held *p, int64_t index)
{
    const char *header_end = memchr(p->text, '\n', p->size);
    if (t->body.at && t->body.seq == p->seq && t->body.index <= index)
        return;
    t->body.seq = p->seq;
    t->body.index = 0;
    t->body.at = (size_t)(header_end - p->text) + 1;
}

/* Passes over a line of the body, whether it is sent or not: looking for it costs as much. Its
 * size; 0: that is more than the peer may still request. */
static size_t step_line(struct outbound_state *t, const struct held *p)
{
    const char *line = p->text + t->body.at;
    const char *end = memchr(line, '\n', p->size - t->body.at);
    const size_t size = (size_t)(end - line) + 1;
    if (size > t->lines_left) {
        t->lines_left = 0;
        return 0;
    }
    t->lines_left -= size;
    t->body.at += size;
    t->body.index++;
    return size;
}

/* Sends the lines of a block's body whose indexes, ascending, are listed in n bytes. 0, or -1 and a
 * fault. */
static int put_lines(struct sender *s, struct outbound *peer, const struct held *p,
                     const char *indexes, size_t n, struct fault *f)
{
    struct outbound_state *t = peer->state;
    const char *stop = indexes + n;
    int64_t least = 0, index;
    size_t size = 0;
    s->scratch.len = 0;
    while (indexes < stop) {
        const char *space = memchr(indexes, ' ', (size_t)(stop - indexes));
        const char *end = space ? space : stop;
        if (number_parse(indexes, (size_t)(end - indexes), &index) || index < least ||
            index >= p->count)
            return fault_rule(f, "lines: indexes that do not ascend, or are too large");
        for (seek_line(t, p, index); t->body.index <= index;)
            if (!(size = step_line(t, p)))
                return 0; /* it will want the whole block */
        if (buf_add(&s->scratch, p->text + t->body.at - size, size))
            return fault_memory(f);
        least = index + 1;
        indexes = space ? space + 1 : stop;
    }
    return outbound_say(s, peer) ? fault_memory(f) : 0;
}

static int take_lines(struct sender *s, struct outbound *peer, const char *line, size_t len,
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
    if (!p || p->count < 0 || !(p->offered & outbound_bit(peer)))
        return 0; /* dropped meanwhile: the peer will ask another */
    p->given |= outbound_bit(peer);
    const size_t begin = head + 2 * ID_LEN + 1;
    return put_lines(s, peer, p, line + begin, len - begin, f);
}

static void take_one(struct sender *s, struct outbound *peer, struct held *p)
{
    if (!(p->settled & outbound_bit(peer)))
        peer->state->open--;
    p->settled |= outbound_bit(peer);
    if (p->has & outbound_bit(peer))
        return;
    p->has |= outbound_bit(peer);
    if (!(p->given & outbound_bit(peer)))
        peer->state->prompt = false;
    s->unsure -= held_is_unsure(s, p);
    p->sure += (p->given & outbound_bit(peer)) != 0;
    if (++p->taken == s->config->need)
        s->open--;
    s->unsure += held_is_unsure(s, p);
    peer->taken++;
    if (peer->verdicts && !p->judged && !p->unjudged) {
        p->unjudged = true;
        s->unjudged++;
    }
    sender_log(s, peer, "taken", p->id, NULL);
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
static void take_later(struct sender *s, struct outbound *peer, struct held *p)
{
    if (!(p->has & outbound_bit(peer)) || p->postponed == LATER_MAX)
        return;
    p->postponed++;
    s->unjudged -= p->unjudged;
    p->unjudged = false;
    p->has &= ~outbound_bit(peer);
    s->unsure -= held_is_unsure(s, p);
    p->sure -= (p->given & outbound_bit(peer)) != 0;
    if (p->taken-- == s->config->need)
        s->open++;
    s->unsure += held_is_unsure(s, p);
    if (p->settled & outbound_bit(peer))
        peer->state->open++;
    p->settled &= ~outbound_bit(peer);
}

static int take_refused(struct sender *s, struct outbound *peer, const char *line, size_t len,
                        struct fault *f)
{
    struct mark mark;
    if (line_check(line, len, f) || mark_parse(line, len, &mark, f))
        return -1;
    struct held *p = held_find(s, mark.id);
    if (!p || !(p->offered & outbound_bit(peer)))
        return 0;
    take_one(s, peer, p);
    if (settle_verdict(s, p) && s->config->refused)
        s->config->refused(s->config->self, p->id, &mark.reason);
    sender_log(s, peer, "denied", p->id, NULL);
    return 0;
}

static int take_verdicts(struct sender *s, struct outbound *peer, enum wire_word word,
                         const char *line, size_t len, struct fault *f)
{
    struct wire_ref refs[WIRE_IDS_MAX];
    if (word == WIRE_REFUSED)
        return take_refused(s, peer, line, len, f);
    int n = wire_refs(line, len, session_is_numbered(peer->session), refs, f);
    for (int i = 0; i < n; i++) {
        struct held *p = outbound_held(s, peer, &refs[i], &peer->state->judged);
        if (!p || !(p->offered & outbound_bit(peer)))
            continue;
        if (word == WIRE_LATER) {
            take_later(s, peer, p);
        } else {
            take_one(s, peer, p);
            settle_verdict(s, p);
        }
    }
    return n < 0 ? -1 : 0;
}

static int take_taken(struct sender *s, struct outbound *peer, const char *line, size_t len,
                      struct fault *f)
{
    struct wire_ref refs[WIRE_IDS_MAX];
    int n = wire_refs(line, len, session_is_numbered(peer->session), refs, f);
    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        struct held *p = outbound_held(s, peer, &refs[i], &peer->state->took);
        if (p && (p->offered & outbound_bit(peer)))
            take_one(s, peer, p);
    }
    return 0;
}

/* `eager' or `lazy'. */
static int take_mode(struct outbound *peer, bool eager, size_t len, struct fault *f)
{
    if (!session_is_numbered(peer->session) || len != strlen(eager ? "eager" : "lazy"))
        return fault_rule(f, "a line that no listener sends");
    peer->eager = eager;
    peer->state->eager_from = peer->state->moved;
    return 0;
}

static int take_word(struct sender *s, struct outbound *peer, enum wire_word word, const char *line,
                     size_t len, struct fault *f)
{
    switch (word) {
    case WIRE_WANT:
        return take_want(s, peer, line, len, f);
    case WIRE_LINES:
        return take_lines(s, peer, line, len, f);
    case WIRE_TAKEN:
        return take_taken(s, peer, line, len, f);
    case WIRE_ACCEPTED:
    case WIRE_REFUSED:
    case WIRE_LATER:
        return take_verdicts(s, peer, word, line, len, f);
    case WIRE_EAGER:
    case WIRE_LAZY:
        return take_mode(peer, word == WIRE_EAGER, len, f);
    default:
        return fault_rule(f, "a line that no listener sends");
    }
}

static int take_line(void *self, struct session *session, enum wire_word word, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    struct outbound *peer = self;
    struct sender *s = peer->state->sender;
    (void)session;
    if (peer->doomed) {
        *f = peer->why;
        return -1;
    }
    uint64_t before = peer->taken + s->verdicts;
    peer->state->moved = now;
    int failed = take_word(s, peer, word, line, len, f);
    if (peer->taken + s->verdicts > before)
        s->progress = now; /* requests alone are not progress */
    return failed ? outbound_doom(s, peer, "bad", f) : 0;
}

static int greeted(void *self, struct session *session, int64_t now, struct fault *f)
{
    struct outbound *peer = self;
    (void)session, (void)f;
    peer->state->moved = now;
    return 0;
}

struct session_role sender_role(void)
{
    return (struct session_role){.greeted = greeted, .line = take_line};
}
