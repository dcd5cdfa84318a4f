/*
 * One side of a connection, without any I/O: bytes in, lines out to a role that understands them;
 * lines in, bytes out. It does the handshake, the compression (wire/coding.h) and the pings, and
 * enforces the limits on lines. It reads no clock: `now` is in milliseconds of any monotonic clock.
 */
#ifndef WIRE_SESSION_H
#define WIRE_SESSION_H

#include "wire/coding.h"
#include "wire/wire_refs.h"

#define SESSION_GREETING_MAX 10000 /* ms until the other side's hello must have arrived */
#define SESSION_SILENCE 30000      /* ms of silence after which we ping */
#define SESSION_SILENCE_MAX 90000  /* ... and after which we close */
#define SESSION_LINE_MAX 30000     /* ms for a line, from its first byte to its last */
#define SESSION_UNREAD_MAX 60000   /* ms for which the other side may leave all output unread */

struct session;

/* Handles the lines of a session. Each function gives 0, or -1 and a fault, which ends the session.
 */
struct session_role {
    /* The other side's hello has arrived: s->theirs. */
    int (*greeted)(void *self, struct session *s, int64_t now, struct fault *f);
    /* A line other than hello, ping, pong and bye. Its bytes, followed by its newline, are valid
     * during this call. */
    int (*line)(void *self, struct session *s, enum wire_word word, const char *line, size_t len,
                int64_t now, struct fault *f);
    void *self;
};

struct session {
    struct hello ours, theirs;
    bool waits;   /* our hello is said after theirs */
    bool lenient; /* theirs may be of an older version, though ours was said already */
    bool greeted;
    bool over;           /* the other side has said bye */
    char their_word[16]; /* ... with this word */
    const char *word;    /* the word for our bye, if a fault asked for one; else NULL */
    struct buf in;       /* an incomplete line */
    struct buf out;      /* bytes on their way, coded; the first `sent` of them are sent */
    size_t sent;
    struct buf urgent; /* lines that overtake those in `queue` */
    struct buf queue;  /* lines to send; the first `queued` bytes are in `out` already */
    size_t queued;
    struct coding *coding;
    bool stored;            /* what we send is not worth compressing: session_compress */
    uint64_t lines;         /* bytes of lines queued in all */
    uint64_t announcements; /* ids that we announced, if they are numbered */
    uint64_t bytes_sent, bytes_received; /* on the network, TLS included; set when it ends */
    int64_t began, heard, line_began, asked, unread_since;
    bool measures;              /* pings even a peer that is not silent, to know its round trip */
    int64_t measured;           /* when it last did; 0: never */
    int64_t pinged, round_trip; /* when the last ping was sent that has no pong yet, and the ms that
                                   the last pong took; 0: none */
    uint64_t chance;            /* for the numbers of pings, set by the owner: whoever cannot guess
                                   them cannot seem nearer than it is */
    int64_t ping_number;        /* of the last one */
};

/* Begins a session, with our hello in s->out; the other side's must be of the same version. *ours
 * is copied. 0, or -1: no memory. */
int session_init(struct session *s, const struct hello *ours, int64_t now);

/* Begins a session that answers the other side's hello, in the lower of both versions. */
void session_await(struct session *s, const struct hello *ours, int64_t now);
void session_free(struct session *s);

/* Whether answers name announcements by number. */
static inline bool session_is_numbered(const struct session *s)
{
    return s->greeted && s->theirs.version >= WIRE_NUMBERED;
}

/* Takes n bytes received. 0, or -1 and a fault (a bye with the right word then waits in s->out),
 * also if the other side has said bye (s->over). */
int session_take(struct session *s, const char *bytes, size_t n, const struct session_role *role,
                 int64_t now, struct fault *f);

/* Queues lines, with their newlines. Only after the handshake. 0, or -1: no memory. */
int session_put(struct session *s, const void *lines, size_t n);

/* Whether what follows is compressed, if both sides offered that (it is at first). */
void session_compress(struct session *s, bool on);

/* Queues a bye line with this word. */
void session_bye(struct session *s, const char *word);

/* Gives the number of bytes to send next, at *bytes; 0: nothing waits. They are a piece of what
 * waits, so that a pong does not wait until all of it is sent: send them, report it by
 * session_sent, and call again. -1: no memory. */
ptrdiff_t session_outgoing(struct session *s, const char **bytes);

/* How many bytes wait to be sent, including those not coded yet. */
size_t session_backlog(const struct session *s);

/* Call when the first n of them have been sent. */
void session_sent(struct session *s, size_t n, int64_t now);

/* Call about once a second: pings after silence. 0, or -1 and a fault if the other side has been
 * silent, slow or deaf for too long. */
int session_tick(struct session *s, int64_t now, struct fault *f);

/* How many bytes it took, in words: "N sent, N received". */
#define SESSION_BYTES_WORDS 64
void session_bytes_words(const struct session *s, char words[SESSION_BYTES_WORDS]);

/* We did not read until now: the other side's silence does not count. */
void session_excuse(struct session *s, int64_t now);

#endif
