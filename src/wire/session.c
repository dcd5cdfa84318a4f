#include "wire/session.h"

#include "base/hex.h"
#include "base/lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INFLATED = 16384,
    PIECE = 16384,     /* bytes of lines, about, between which an urgent line may be sent */
    URGENT_MAX = 4096, /* bytes of urgent lines; beyond it, pings are not answered */
};

int session_init(struct session *s, const struct hello *ours, int64_t now)
{
    *s = (struct session){.ours = *ours, .began = now, .heard = now, .unread_since = now};
    return hello_format(ours, &s->out);
}

void session_await(struct session *s, const struct hello *ours, int64_t now)
{
    *s = (struct session){
        .ours = *ours, .waits = true, .began = now, .heard = now, .unread_since = now};
}

void session_free(struct session *s)
{
    buf_free(&s->in);
    buf_free(&s->out);
    buf_free(&s->urgent);
    buf_free(&s->queue);
    coding_free(s->coding);
    s->coding = NULL;
}

void session_compress(struct session *s, bool on)
{
    s->stored = !on;
    if (s->coding)
        coding_compress(s->coding, on);
}

int session_put(struct session *s, const void *lines, size_t n)
{
    s->lines += n;
    return buf_add(&s->queue, lines, n);
}

void session_bye(struct session *s, const char *word)
{
    /* Out of memory, the other side finds out by itself. */
    if (session_put(s, "bye ", 4) == 0 && session_put(s, word, strlen(word)) == 0)
        session_put(s, "\n", 1);
}

/* The length of the next piece of the queue, which ends with a line. */
static size_t next_piece(const struct session *s)
{
    const char *from = s->queue.data + s->queued;
    size_t n = s->queue.len - s->queued;
    if (n <= PIECE)
        return n;
    const char *end = memrchr(from, '\n', PIECE);
    if (!end)
        end = memchr(from + PIECE, '\n', n - PIECE);
    return end ? (size_t)(end - from) + 1 : n;
}

static int code(struct session *s, const char *bytes, size_t n, bool flush)
{
    return s->coding ? coding_deflate(s->coding, bytes, n, flush, &s->out)
                     : buf_add(&s->out, bytes, n);
}

/* Moves the urgent lines and a piece of the queue into `out`. 0, or -1: no memory. */
static int fill_out(struct session *s)
{
    size_t n = s->queue.len > s->queued ? next_piece(s) : 0;
    bool last = s->queued + n == s->queue.len;
    if (s->urgent.len && code(s, s->urgent.data, s->urgent.len, !n))
        return -1;
    s->urgent.len = 0;
    if (n && code(s, s->queue.data + s->queued, n, last))
        return -1;
    s->queued += n;
    if (last)
        s->queue.len = s->queued = 0;
    else if (s->queued > s->queue.len / 2) {
        buf_drop(&s->queue, s->queued);
        s->queued = 0;
    }
    return 0;
}

ptrdiff_t session_outgoing(struct session *s, const char **bytes)
{
    while (s->sent == s->out.len && (s->urgent.len || s->queue.len)) {
        s->sent = s->out.len = 0;
        if (fill_out(s))
            return -1;
    }
    *bytes = s->sent ? s->out.data + s->sent : s->out.data;
    return (ptrdiff_t)(s->out.len - s->sent);
}

size_t session_backlog(const struct session *s)
{
    return s->out.len - s->sent + s->queue.len - s->queued + s->urgent.len;
}

void session_sent(struct session *s, size_t n, int64_t now)
{
    s->sent += n;
    s->unread_since = now;
    if (s->sent == s->out.len)
        s->sent = s->out.len = 0;
}

void session_bytes_words(const struct session *s, char words[SESSION_BYTES_WORDS])
{
    snprintf(words, SESSION_BYTES_WORDS, "%" PRIu64 " sent, %" PRIu64 " received", s->bytes_sent,
             s->bytes_received);
}

/* --- Input ------------------------------------------------------------------------------------ */

static int ends_with(struct session *s, const char *word)
{
    s->word = word;
    return -1;
}

/* Answers a hello that we waited for, or checks that it is of the agreed version. 0, or -1 and a
 * fault. */
static int agree_on_version(struct session *s, struct fault *f)
{
    if ((s->waits || s->lenient) && s->theirs.version < s->ours.version)
        s->ours.version = s->theirs.version;
    if (s->theirs.version != s->ours.version) {
        fault_rule(f, "hello: version %d, ours is %d", s->theirs.version, s->ours.version);
        return ends_with(s, "version");
    }
    return s->waits && hello_format(&s->ours, &s->out) ? fault_memory(f) : 0;
}

static int take_hello(struct session *s, const struct session_role *role, const char *line,
                      size_t len, int64_t now, struct fault *f)
{
    bool unknown;
    if (hello_parse(line, len, &s->theirs, &unknown, f))
        return ends_with(s, unknown ? "version" : "bad");
    if (agree_on_version(s, f))
        return -1;
    if (memcmp(s->theirs.chain, s->ours.chain, ID_LEN)) {
        fault_rule(f, "hello: of another chain, %s", hex32(s->theirs.chain).text);
        return ends_with(s, "chain");
    }
    s->greeted = true;
    if (s->ours.deflate && s->theirs.deflate) {
        s->coding = coding_new();
        if (!s->coding)
            return fault_memory(f);
        coding_compress(s->coding, !s->stored);
    }
    return role->greeted(role->self, s, now, f);
}

static int take_ping(struct session *s, const char *line, size_t len, struct fault *f)
{
    struct field x[FIELDS_MAX];
    int64_t number;
    if (fields_split(line, len, x) != 2 || field_number(x[1], "ping", &number, f))
        return fault_rule(f, "ping: not one number");
    if (s->urgent.len > URGENT_MAX)
        return 0; /* it pings and does not read */
    return buf_add(&s->urgent, "pong ", 5) || buf_add(&s->urgent, x[1].text, x[1].len) ||
                   buf_add(&s->urgent, "\n", 1)
               ? fault_memory(f)
               : 0;
}

/* One with another number says nothing of the round trip. */
static void take_pong(struct session *s, const char *line, size_t len, int64_t now)
{
    struct field x[FIELDS_MAX];
    struct fault f;
    int64_t number;
    if (!s->pinged || fields_split(line, len, x) != 2 || field_number(x[1], "pong", &number, &f) ||
        number != s->ping_number)
        return;
    s->round_trip = now > s->pinged ? now - s->pinged : 1;
    s->pinged = 0;
}

static int take_bye(struct session *s, const char *line, size_t len, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    size_t letters = n > 1 ? x[1].len : 0;
    if (letters >= sizeof s->their_word)
        letters = sizeof s->their_word - 1;
    if (letters)
        memcpy(s->their_word, x[1].text, letters);
    s->over = true;
    return fault_rule(f, "the peer said bye %s", s->their_word);
}

static int take_line(struct session *s, const struct session_role *role, const char *line,
                     size_t len, int64_t now, struct fault *f)
{
    enum wire_word word = len ? wire_word(line, len) : WIRE_RECORD;
    if (word == WIRE_BYE)
        return line_check(line, len, f) ? -1 : take_bye(s, line, len, f);
    if (!s->greeted)
        return take_hello(s, role, line, len, now, f);
    switch (word) {
    case WIRE_HELLO:
        return fault_rule(f, "hello: a second one");
    case WIRE_PING:
        return take_ping(s, line, len, f);
    case WIRE_PONG:
        take_pong(s, line, len, now);
        return 0;
    default:
        return role->line(role->self, s, word, line, len, now, f);
    }
}

/* Completes a line that began in earlier bytes: 0 and *used, or -1. */
static int take_rest(struct session *s, const struct session_role *role, const char *bytes,
                     size_t n, size_t *used, int64_t now, struct fault *f)
{
    const char *newline = memchr(bytes, '\n', n);
    size_t part = newline ? (size_t)(newline - bytes) : n;
    if (s->in.len + part > LINE_MAX_LEN)
        return fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
    *used = part + (newline ? 1 : 0);
    if (buf_add(&s->in, bytes, *used))
        return fault_memory(f);
    if (!newline)
        return 0;
    size_t len = s->in.len - 1;
    s->in.len = 0; /* nothing is added to it before the line is handled */
    return take_line(s, role, s->in.data, len, now, f);
}

/* Handles the lines in n bytes, up to the one that changes the coding of the rest: how many bytes
 * were used, or -1. */
static ptrdiff_t take_lines(struct session *s, const struct session_role *role, const char *bytes,
                            size_t n, int64_t now, struct fault *f)
{
    const struct coding *coding = s->coding;
    size_t used = 0;
    while (used < n && s->coding == coding) {
        const char *line = bytes + used;
        const char *newline = s->in.len ? NULL : memchr(line, '\n', n - used);
        size_t part = 0;
        if (newline) {
            part = (size_t)(newline - line) + 1;
            s->line_began = now;
            if (part > LINE_MAX_LEN + 1)
                return fault_rule(f, "line: over %d bytes", LINE_MAX_LEN);
            if (take_line(s, role, line, part - 1, now, f))
                return -1;
        } else {
            if (!s->in.len)
                s->line_began = now;
            if (take_rest(s, role, line, n - used, &part, now, f))
                return -1;
        }
        used += part;
    }
    return (ptrdiff_t)used;
}

static int take_coded(struct session *s, const struct session_role *role, const char *bytes,
                      size_t n, int64_t now, struct fault *f)
{
    char out[INFLATED];
    for (;;) {
        ptrdiff_t got = coding_inflate(s->coding, &bytes, &n, out, sizeof out, f);
        if (got < 0)
            return -1;
        if (got == 0)
            return 0;
        if (take_lines(s, role, out, (size_t)got, now, f) < 0)
            return -1;
    }
}

int session_take(struct session *s, const char *bytes, size_t n, const struct session_role *role,
                 int64_t now, struct fault *f)
{
    ptrdiff_t used = 0;
    s->heard = now;
    s->asked = 0;
    if (!s->coding)
        used = take_lines(s, role, bytes, n, now, f);
    int failed = used < 0;
    if (!failed && s->coding && (size_t)used < n)
        failed = take_coded(s, role, bytes + used, n - (size_t)used, now, f);
    if (failed && !s->over && !s->word)
        s->word = f->kind == FAULT_RULE ? "bad" : "full";
    if (failed && !s->over)
        session_bye(s, s->word);
    return failed ? -1 : 0;
}
