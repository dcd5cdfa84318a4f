/* Requests of light clients: `headers`, `jump`, `prove`, `balance` and `attests`. Each turn answers
 * a part of them, in the order in which they arrived, so however many there are, the listener goes
 * on with its other work. */
#include "gossip/listener_parts.h"

#include "hash/sha256.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WAIT = 1000,       /* ms between two turns if there is nothing to do, */
    WAIT_LIMITED = 50, /* ... and while a request waits for its limit */
    HEADERS_AT_ONCE = 256,
    /* Bytes that a peer has not read yet at which it gets no further answer. */
    UNREAD_MAX = 1 << 16,
    PROVE_LEN = 6 + 2 * ID_LEN, /* the length of `prove ID` */
    JUMP_LEN = 5,               /* that of `jump `, before a height */
};

/* What is left of a turn's limits. */
struct turn {
    int64_t now, headers, proofs; /* bytes */
    bool unread;                  /* light clients leave too much unread */
};

enum outcome { ANSWERED, GOES_ON, LIMITED, NEXT_TURN };

/* --- Limits ----------------------------------------------------------------------------------- */

/* A token of the budget of proofs is so many bytes: those of a millisecond. */
enum { PROOF_TOKEN = LISTENER_PROOF_BYTES / 1000 };

const struct rate listener_light = {LISTENER_LIGHT_BURST, 1000 / LISTENER_LIGHT_RATE};
static const struct rate proofs = {1000, 1};

/* --- Requests --------------------------------------------------------------------------------- */

static int check_prove(const char *line, size_t len, struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    return len == PROVE_LEN && wire_ids(line, len, ids, f) == 1
               ? 0
               : fault_rule(f, "prove: not one id");
}

static int check_jump(const char *line, size_t len, int64_t *height, struct fault *f)
{
    const struct field x = {line + JUMP_LEN, len > JUMP_LEN ? len - JUMP_LEN : 0};
    return field_number(x, "jump: height", height, f);
}

static int check_balance(const char *line, size_t len, struct account *account, int64_t *height,
                         struct fault *f)
{
    struct cursor c = {line, line + len};
    cursor_take_field(&c);
    if (cursor_take_account(&c, "balance: account", account, f) ||
        field_number(cursor_take_field(&c), "balance: height", height, f))
        return -1;
    return c.text < c.end ? fault_rule(f, "balance: over 3 fields") : 0;
}

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
        return listener_read_pull("attests", 1, WIRE_ATTESTS_MAX, line, len, &number, f) ? 0 : -1;
    return listener_read_pull("headers", 1, WIRE_HEADERS_MAX, line, len, &number, f) ? 0 : -1;
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

/* --- Headers ---------------------------------------------------------------------------------- */

/* Finds where the answer begins. 0, or -1: the peer is doomed. */
static int begin_answer(struct listener *l, struct inbound *peer, const char *word, int most)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    char words[32];
    const char *line = s->light.data, *end = line + s->light.len;
    const char *ids = listener_read_pull(word, 1, most, line, s->light.len, &s->pull_left, &f);
    int64_t first = ids ? listener_first_height(l, ids, (size_t)(end - ids), &f) : -1;
    buf_free(&s->light);
    if (first < 0 && f.kind == FAULT_RULE) {
        listener_log(l, peer, "bad", NULL, f.text);
        return inbound_doom(peer, "bad", &f);
    }
    if (first < 0) /* not the peer's fault: it gets nothing, and may ask again */
        s->pull_left = 0;
    s->pull_next = first;
    s->pulling = s->pull_headers = true;
    s->pull_attests = false;
    s->pull_bytes = 0;
    memset(s->pull_prev, 0, ID_LEN);
    snprintf(words, sizeof words, "%" PRId64, first);
    listener_log(l, peer, word, NULL, words);
    return 0;
}

/* Where the last header of the text begins. */
static const char *last_header(const char *text, size_t len)
{
    const char *last = text + len;
    do {
        last--;
        while (last > text && last[-1] != '\n')
            last--;
    } while (last > text && !line_is(last, (size_t)(text + len - last), "block"));
    return last;
}

/* Whether the headers in scratch follow the last one that was sent; if so, notes their last. */
static bool follow(const struct listener *l, struct inbound_state *s)
{
    static const uint8_t none[ID_LEN];
    struct block b;
    struct fault f;
    const char *text = l->scratch.data, *end = text + l->scratch.len;
    const char *first_end = memchr(text, '\n', l->scratch.len);
    if (!first_end || block_parse(text, (size_t)(first_end - text), &b, &f))
        return false;
    if (memcmp(s->pull_prev, none, ID_LEN) && memcmp(s->pull_prev, b.prev, ID_LEN))
        return false;
    if (block_is_genesis(&b)) { /* sent alone: its last line is of its body */
        memcpy(s->pull_prev, l->config->chain, ID_LEN);
        return true;
    }
    const char *last = last_header(text, l->scratch.len);
    const char *last_end = memchr(last, '\n', (size_t)(end - last));
    sha256(last, (size_t)(last_end - last), s->pull_prev);
    return true;
}

/* Puts the next headers: how many, 0 if there are no more or the best chain has changed, -1 and
 * trouble. */
static int64_t put_headers(struct listener *l, struct inbound *peer, struct fault *f)
{
    const struct view *v = l->config->view;
    struct inbound_state *s = peer->state;
    int64_t count = s->pull_left < HEADERS_AT_ONCE ? s->pull_left : HEADERS_AT_ONCE;
    l->scratch.len = 0;
    if (!v || !count || s->pull_bytes >= WIRE_HEADERS_BYTES)
        return 0;
    int64_t got = v->headers(v->self, s->pull_next, s->pull_next ? count : 1, &l->scratch, f);
    if (got <= 0)
        return got;
    if (!follow(l, s))
        return 0;
    return session_put(peer->session, l->scratch.data, l->scratch.len) ? fault_memory(f) : got;
}

static enum outcome answer_headers(struct listener *l, struct inbound *peer, struct turn *t)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    if (s->light.len && begin_answer(l, peer, "headers", WIRE_HEADERS_MAX))
        return ANSWERED;
    int64_t put = put_headers(l, peer, &f);
    if (put < 0)
        listener_turn_away(peer, &f);
    else if (put == 0)
        listener_put_end(l, peer, true);
    if (put <= 0)
        return ANSWERED;
    t->headers -= (int64_t)l->scratch.len;
    s->pull_bytes += l->scratch.len;
    s->pull_left -= put;
    s->pull_next += put;
    return GOES_ON;
}

/* --- One answer ------------------------------------------------------------------------------- */

/* Ends the answer to a request: with what is in scratch if something was found (1), without if not
 * (0); whoever caused a fault (-1) is turned away. */
static void put_found(struct listener *l, struct inbound *peer, int found, struct fault *f)
{
    if (found > 0 && session_put(peer->session, l->scratch.data, l->scratch.len))
        found = fault_memory(f);
    if (found < 0)
        listener_turn_away(peer, f);
    else
        listener_put_end(l, peer, true);
}

/* --- Jumps ------------------------------------------------------------------------------------ */

static enum outcome answer_jump(struct listener *l, struct inbound *peer, struct turn *t)
{
    const struct view *v = l->config->view;
    struct fault f;
    char words[32];
    int64_t height = 0;
    check_jump(peer->state->light.data, peer->state->light.len, &height, &f);
    buf_free(&peer->state->light);
    l->scratch.len = 0;
    int found = v && v->jump ? v->jump(v->self, height, &l->scratch, &f) : 0;
    snprintf(words, sizeof words, "%" PRId64, height);
    listener_log(l, peer, "headers", NULL, words);
    put_found(l, peer, found, &f);
    t->headers -= (int64_t)l->scratch.len;
    return ANSWERED;
}

/* --- Proofs ----------------------------------------------------------------------------------- */

/* Counts what was read for a proof. */
static void spend(struct listener *l, struct turn *t, uint64_t read)
{
    bucket_spend(&l->proofs, (LISTENER_PROOF_COST + (int64_t)read) / PROOF_TOKEN);
    t->proofs -= LISTENER_PROOF_COST + (int64_t)read;
}

static enum outcome end_proof(struct listener *l, struct inbound *peer, struct turn *t, int found,
                              uint64_t read, struct fault *f)
{
    put_found(l, peer, found, f);
    spend(l, t, read);
    return ANSWERED;
}

static enum outcome answer_prove(struct listener *l, struct inbound *peer, struct turn *t)
{
    const struct view *v = l->config->view;
    struct fault f;
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    uint64_t read = 0;
    wire_ids(peer->state->light.data, peer->state->light.len, ids, &f);
    buf_free(&peer->state->light);
    l->scratch.len = 0;
    int found = v ? v->prove(v->self, ids[0], &l->scratch, &read, &f) : 0;
    listener_log(l, peer, "prove", ids[0], found > 0 ? "found" : "none");
    return end_proof(l, peer, t, found, read, &f);
}

static enum outcome answer_balance(struct listener *l, struct inbound *peer, struct turn *t)
{
    const struct view *v = l->config->view;
    struct buf *request = &peer->state->light;
    struct fault f;
    struct account account = {0};
    int64_t height = 0;
    uint64_t read = 0;
    check_balance(request->data, request->len, &account, &height, &f);
    buf_free(request);
    l->scratch.len = 0;
    int found = v && v->balance ? v->balance(v->self, &account, height, &l->scratch, &read, &f) : 0;
    listener_log(l, peer, "prove", NULL, found > 0 ? "balance found" : "balance none");
    return end_proof(l, peer, t, found, read, &f);
}

/* --- Attest lines ----------------------------------------------------------------------------- */

/* Puts those of the next block that has any: how many blocks that took, 0 at the end, -1 and
 * trouble. *read: bytes of blocks. */
static int64_t put_attests(struct listener *l, struct inbound *peer, uint64_t *read,
                           struct fault *f)
{
    const struct view *v = l->config->view;
    struct inbound_state *s = peer->state;
    int64_t count = s->pull_left < HEADERS_AT_ONCE ? s->pull_left : HEADERS_AT_ONCE;
    l->scratch.len = 0;
    *read = 0;
    if (!v || !v->attests || !count || s->pull_bytes >= WIRE_HEADERS_BYTES)
        return 0;
    int64_t looked = v->attests(v->self, s->pull_next, count, &l->scratch, read, f);
    if (looked <= 0)
        return looked;
    return session_put(peer->session, l->scratch.data, l->scratch.len) ? fault_memory(f) : looked;
}

static enum outcome answer_attests(struct listener *l, struct inbound *peer, struct turn *t)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    uint64_t read;
    if (s->light.len && begin_answer(l, peer, "attests", WIRE_ATTESTS_MAX))
        return ANSWERED;
    s->pull_attests = true;
    int64_t looked = put_attests(l, peer, &read, &f);
    if (looked < 0)
        listener_turn_away(peer, &f);
    else if (looked == 0)
        listener_put_end(l, peer, true);
    spend(l, t, read);
    s->pull_bytes += l->scratch.len;
    s->pull_left -= looked;
    s->pull_next += looked;
    return looked > 0 ? GOES_ON : ANSWERED;
}

/* --- A turn ----------------------------------------------------------------------------------- */

/* Answers a peer, or gives it a part of its headers, as far as the limits allow. */
static enum outcome answer(struct listener *l, struct inbound *peer, struct turn *t)
{
    struct inbound_state *s = peer->state;
    char asks = s->light.len ? *s->light.data : s->pull_attests ? 'a' : 'h';
    bool proof = asks == 'p' || asks == 'b' || asks == 'a'; /* `prove`, `balance`, `attests` */
    if (peer->doomed || !(s->light.len || (s->pulling && s->pull_headers)))
        return ANSWERED;
    if (t->unread || session_backlog(peer->session) > UNREAD_MAX ||
        (proof && !bucket_has(&l->proofs, &proofs, t->now)))
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

static struct turn begin_turn(struct listener *l, int64_t now)
{
    struct turn t = {now, LISTENER_HEADERS_TURN, LISTENER_PROOF_TURN, false};
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
    struct turn t = begin_turn(l, now);
    size_t kept = 0;
    for (size_t at = 0; at < q->len; at += sizeof(uint16_t)) {
        struct inbound *peer = queued(l, at);
        enum outcome o = peer ? answer(l, peer, &t) : ANSWERED;
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

int listener_wait(const struct listener *l)
{
    return l->light_busy || l->checking ? 0 : l->light_queue.len ? WAIT_LIMITED : WAIT;
}
