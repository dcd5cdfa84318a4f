/* Requests of light clients: `headers`, `jump`, `prove`, `balance` and `attests`. Each turn answers
 * a part of them, in the order in which they arrived, so however many there are, the listener goes
 * on with its other work. */
#include "gossip/listener_light.h"

#include <string.h>

enum {
    WAIT = 1000,       /* ms between two turns if there is nothing to do, */
    WAIT_LIMITED = 50, /* ... and while a request waits for its limit */
    /* Bytes that a peer has not read yet at which it gets no further answer. */
    UNREAD_MAX = 1 << 16,
};

const struct rate listener_light = {LISTENER_LIGHT_BURST, 1000 / LISTENER_LIGHT_RATE};

/* --- Requests --------------------------------------------------------------------------------- */

/* 0, or -1 and a rule: not a request that this word begins. */
static int check_request(enum wire_word word, const char *line, size_t len, struct fault *f)
{
    int64_t number;
    struct account account;
    if (word == WIRE_ASK_PROOF)
        return check_prove(line, len, f);
    if (word == WIRE_ASK_BALANCE)
        return check_balance(line, len, &account, &number, f);
    if (word == WIRE_ASK_JUMP)
        return check_jump(line, len, &number, f);
    if (word == WIRE_ASK_ATTESTS)
        return check_attests(line, len, f);
    return check_headers(line, len, f);
}

int take_light(struct listener *l, struct inbound *peer, enum wire_word word, const char *line,
               size_t len, struct fault *f)
{
    struct inbound_state *s = peer->state;
    if (check_request(word, line, len, f))
        return -1;
    if (listener_owes(peer))
        return fault_rule(f, "%s: before the last request was answered",
                          word == WIRE_ASK_PROOF     ? "prove"
                          : word == WIRE_ASK_BALANCE ? "balance"
                          : word == WIRE_ASK_JUMP    ? "jump"
                          : word == WIRE_ASK_ATTESTS ? "attests"
                                                     : "headers");
    if (buf_add(&s->light, line, len) || buf_add(&l->light_queue, &s->slot, sizeof s->slot)) {
        s->light.len = 0;
        return fault_memory(f);
    }
    return 0;
}

/* --- A turn ----------------------------------------------------------------------------------- */

/* Answers a peer, or gives it a part of its headers, as far as the limits allow. */
static enum answer_outcome answer(struct listener *l, struct inbound *peer, struct answer_turn *t)
{
    struct inbound_state *s = peer->state;
    char asks = s->light.len ? *s->light.data : s->pull_attests ? 'a' : 'h';
    bool proof = asks == 'p' || asks == 'b' || asks == 'a'; /* `prove`, `balance`, `attests` */
    if (peer->doomed || !(s->light.len || (s->pulling && s->pull_headers)))
        return ANSWERED;
    if (t->unread || session_backlog(peer->session) > UNREAD_MAX ||
        (proof && !answer_may_prove(l, t->now)))
        return LIMITED;
    if ((proof ? t->proofs : t->headers) <= 0)
        return NEXT_TURN;
    if (s->light.len && !bucket_take(&s->light_requests, &listener_light, t->now))
        return LIMITED;
    if (asks == 'j')
        return answer_jump(l, peer, t);
    if (asks == 'b')
        return answer_balance(l, peer, t);
    if (asks == 'a')
        return answer_attests(l, peer, t);
    return proof ? answer_prove(l, peer, t) : answer_headers(l, peer, t);
}

/* The peer in this place of the queue, or NULL if it has left. */
static struct inbound *queued(const struct listener *l, size_t at)
{
    uint16_t slot;
    memcpy(&slot, l->light_queue.data + at, sizeof slot);
    return inbound_at(l, slot);
}

static struct answer_turn begin_turn(struct listener *l, int64_t now)
{
    struct answer_turn t = {now, LISTENER_HEADERS_TURN, LISTENER_PROOF_TURN, false};
    size_t unread = 0;
    for (size_t at = 0; at < l->light_queue.len; at += sizeof(uint16_t)) {
        const struct inbound *peer = queued(l, at);
        unread += peer ? session_backlog(peer->session) : 0;
    }
    t.unread = unread > LISTENER_LIGHT_UNREAD;
    l->light_busy = false;
    return t;
}

/* Those that are not answered yet keep their order; those that have got something go behind them.
 */
int light_turn(struct listener *l, int64_t now)
{
    struct buf *q = &l->light_queue, later = {0};
    struct answer_turn t = begin_turn(l, now);
    size_t kept = 0;
    for (size_t at = 0; at < q->len; at += sizeof(uint16_t)) {
        struct inbound *peer = queued(l, at);
        enum answer_outcome o = peer ? answer(l, peer, &t) : ANSWERED;
        l->light_busy |= o == NEXT_TURN || o == GOES_ON;
        if (o == ANSWERED)
            continue;
        if (o == GOES_ON && buf_add(&later, &peer->state->slot, sizeof peer->state->slot))
            return -1;
        if (o != GOES_ON) {
            memcpy(q->data + kept, q->data + at, sizeof(uint16_t));
            kept += sizeof(uint16_t);
        }
    }
    q->len = kept;
    int failed = buf_add(q, later.data, later.len);
    buf_free(&later);
    if (!q->len)
        buf_free(q);
    return failed;
}

int listener_wait(const struct listener *l, int64_t now)
{
    const int most = l->light_queue.len ? WAIT_LIMITED : WAIT;
    return l->light_busy || l->checking ? 0 : lull_wait(&l->lull, now, most);
}
