/* Answers to `headers` and `jump`. */
#include "gossip/listener_light.h"

#include "hash/sha256.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { JUMP_LEN = 5 }; /* the length of `jump `, before a height */

/* --- Headers ---------------------------------------------------------------------------------- */

int check_headers(const char *line, size_t len, struct fault *f)
{
    int64_t count;
    return listener_read_pull("headers", 1, WIRE_HEADERS_MAX, line, len, &count, f) ? 0 : -1;
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
    int64_t count = s->pull_left < ANSWER_AT_ONCE ? s->pull_left : ANSWER_AT_ONCE;
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

enum answer_outcome answer_headers(struct listener *l, struct inbound *peer, struct answer_turn *t)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    if (s->light.len && answer_begin(l, peer, "headers", WIRE_HEADERS_MAX))
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

/* --- Jumps ------------------------------------------------------------------------------------ */

int check_jump(const char *line, size_t len, int64_t *height, struct fault *f)
{
    const struct field x = {line + JUMP_LEN, len > JUMP_LEN ? len - JUMP_LEN : 0};
    return field_number(x, "jump: height", height, f);
}

enum answer_outcome answer_jump(struct listener *l, struct inbound *peer, struct answer_turn *t)
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
    answer_end(l, peer, found, &f);
    t->headers -= (int64_t)l->scratch.len;
    return ANSWERED;
}
