/*
 * One side of a connection, without the connection: bytes in, lines out to whoever knows what they
 * mean; lines in, bytes out. It greets, codes (net/coding.h), keeps alive, and holds every line to
 * its bounds. It asks no clock: `now` is in milliseconds of any clock that only goes forward.
 */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include "net/coding.h"
#include "net/wire.h"

#define SESSION_GREETING_MAX 10000 /* ms until the other side's hello is there */
#define SESSION_SILENCE 30000      /* ms of silence after which we ask */
#define SESSION_SILENCE_MAX 90000  /* and after which we close */
#define SESSION_LINE_MAX 30000     /* ms for a line, from its first byte to its last */
#define SESSION_UNREAD_MAX                                                                         \
    60000 /* ms in which the other side reads nothing of what waits for it                         \
           */

struct session;

/* Who knows what lines mean. Each gives 0, or -1 and a fault, which ends the session. */
struct session_role {
    /* The other side's hello is there: s->theirs. */
    int (*greeted)(void *self, struct session *s, int64_t now, struct fault *f);
    /* A line that is no hello, ping, pong or bye; its bytes, of which the last is followed by its
     * newline, are good for this call. */
    int (*line)(void *self, struct session *s, enum wire_word word, const char *line, size_t len,
                int64_t now, struct fault *f);
    void *self;
};

struct session {
    struct hello ours, theirs;
    bool greeted;
    bool over;           /* they have said bye */
    char their_word[16]; /* ... with this word */
    const char *word;    /* the word of the bye that a fault asked us for; NULL: none did */
    struct buf in;       /* a line whose end has not come */
    struct buf out;      /* what is to be sent, coded; the first `sent` bytes of it were */
    size_t sent;
    struct buf uncoded; /* what is to be coded */
    struct coding *coding;
    int64_t began, heard, line_began, asked, unread_since;
};

/* Begins, with our hello in s->out. chain and the rest of *ours are copied. 0, or -1: no memory. */
int session_init(struct session *s, const struct hello *ours, int64_t now);
void session_free(struct session *s);

/* Takes n bytes that came. 0, or -1 and a fault (a bye with the fitting word then waits in s->out),
 * also where the other side has said bye (s->over). */
int session_take(struct session *s, const char *bytes, size_t n, const struct session_role *role,
                 int64_t now, struct fault *f);

/* Puts lines, newlines included. Only once greeted. 0, or -1: no memory. */
int session_put(struct session *s, const void *lines, size_t n);

/* Puts a bye line with a word. */
void session_bye(struct session *s, const char *word);

/* The bytes that wait to be sent (coded and flushed first): how many, at *bytes. -1: no memory. */
ptrdiff_t session_outgoing(struct session *s, const char **bytes);

/* How many bytes wait, those that are still to be coded included. */
size_t session_backlog(const struct session *s);

/* The first n of them were sent. */
void session_sent(struct session *s, size_t n, int64_t now);

/* To be called about once a second: asks after silence. 0, or -1 and a fault where the other side
 * has been silent, slow or deaf for too long. */
int session_tick(struct session *s, int64_t now, struct fault *f);

/* We have not listened ourselves until now: their silence is no fault of theirs. */
void session_excuse(struct session *s, int64_t now);

#endif
