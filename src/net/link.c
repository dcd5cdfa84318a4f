#include "net/link.h"

#include "net/compression.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    READ_SIZE = 1 << 14, /* the size of a TLS record */
    READS_MAX = 8,       /* per turn, so that others are not kept waiting, and caches hold it all */
    TICK_EVERY = 1000,   /* ms between two checks of deadlines */
    REFUSED_MAX = 1000,  /* ms that a refused peer gets to hang up by itself */
};

struct link {
    struct channel *channel;
    struct session *session;
    const struct link_owner *owner;
    void *tag;
    struct session_role role;
    struct loop *loop;
    struct watch watch;
    struct timer timer;
    struct compression compression;
    int64_t began;
    bool open, paused, closing;
    const char *refusal;  /* the word with which the owner refuses it, or NULL */
    struct fault refused; /* why it was refused; FAULT_NONE: it was not */
};

struct session *link_session(struct link *l)
{
    return l->session;
}

bool link_heard(const struct link *l)
{
    return channel_heard(l->channel);
}

void *link_tag(struct link *l)
{
    return l->tag;
}

void link_attach(struct link *l, struct session *session, void *peer)
{
    l->session = session;
    l->role.self = peer;
    compression_init(&l->compression, channel_fd(l->channel));
    session_compress(session, !l->compression.is_local);
}

void link_refuse(struct link *l, const char *word)
{
    l->refusal = word;
}

int link_version(const struct link *l)
{
    return channel_version(l->channel);
}

const uint8_t *link_account(const struct link *l)
{
    return l->open ? channel_account(l->channel) : NULL;
}

/* Sends a last line as far as possible without waiting. */
void link_close(struct link *l, const char *word, const struct fault *why)
{
    const char *bytes;
    ptrdiff_t n;
    struct fault f;
    if (l->closing)
        return;
    l->closing = true;
    if (word && l->session)
        session_bye(l->session, word);
    while (l->session && (n = session_outgoing(l->session, &bytes)) > 0) {
        ptrdiff_t put = channel_write(l->channel, bytes, (size_t)n, &f);
        if (put <= 0)
            break;
        session_sent(l->session, (size_t)put, loop_now());
    }
    if (l->session)
        channel_bytes(l->channel, &l->session->bytes_sent, &l->session->bytes_received);
    loop_unwatch(&l->watch);
    loop_cancel_timer(l->loop, &l->timer);
    channel_close(l->channel);
    l->owner->closed(l->owner->self, l, why);
    free(l);
}

/* Whether there are bytes to read that poll does not show. */
static bool unseen(const struct link *l)
{
    return !l->paused && channel_pending(l->channel);
}

/* Updates the events to wait for. A fault is the system's, and ends the link. 0, or -1: it is gone.
 */
static int wait_for(struct link *l)
{
    struct fault f;
    unsigned events = l->paused ? 0 : LOOP_READ;
    if (!l->open)
        events = channel_waits_to_write(l->channel) ? LOOP_WRITE : LOOP_READ;
    else if (!l->session)
        events = LOOP_READ;
    else if (session_backlog(l->session) || channel_waits_to_write(l->channel) || unseen(l))
        events |= LOOP_WRITE;
    if (loop_watch(l->loop, &l->watch, events, &f) == 0)
        return 0;
    link_close(l, NULL, &f);
    return -1;
}

/* Says the word and waits for the peer to hang up: closing with unread input could make the system
 * discard the word. */
static void refuse(struct link *l, const struct fault *why)
{
    char line[32];
    struct fault f;
    int n = snprintf(line, sizeof line, "bye %s\n", l->refusal ? l->refusal : "");
    l->refused = *why;
    l->began = loop_now();
    if (!l->refusal || channel_write(l->channel, line, (size_t)n, &f) < 0)
        link_close(l, NULL, why);
    else
        wait_for(l);
}

static void go_on_opening(struct link *l)
{
    struct fault f;
    int done = channel_open(l->channel, &f);
    if (done > 0) {
        l->open = true;
        if (l->owner->opened(l->owner->self, l, &f)) {
            refuse(l, &f);
            return;
        }
        link_push(l, loop_now());
    } else if (done < 0) {
        link_close(l, NULL, &f);
    } else {
        wait_for(l);
    }
}

/* 0, or -1: the link is gone. */
static int read_some(struct link *l)
{
    char bytes[READ_SIZE];
    struct fault f;
    int64_t now = loop_now();
    for (int i = 0; i < READS_MAX && !l->paused; i++) {
        ptrdiff_t got = channel_read(l->channel, bytes, sizeof bytes, &f);
        if (got == 0)
            return 0;
        if (got > 0 && !l->session)
            continue; /* a refused peer's lines are ignored */
        if (got < 0 || session_take(l->session, bytes, (size_t)got, &l->role, now, &f)) {
            link_close(l, NULL, l->session ? &f : &l->refused);
            return -1;
        }
    }
    return 0;
}

static void ready(void *self, unsigned events)
{
    struct link *l = self;
    if (!l->open) {
        go_on_opening(l);
        return;
    }
    if (l->paused && (events & LOOP_ERROR)) {
        loop_unwatch(&l->watch); /* what it sent before hanging up is read when reading resumes */
        return;
    }
    if (((events & (LOOP_READ | LOOP_ERROR)) || unseen(l)) && read_some(l))
        return;
    if ((events & LOOP_WRITE) || unseen(l))
        link_push(l, loop_now());
}

void link_push(struct link *l, int64_t now)
{
    const char *bytes;
    struct fault f;
    ptrdiff_t n;
    if (!l->open || !l->session || l->closing)
        return;
    while ((n = session_outgoing(l->session, &bytes)) > 0) {
        ptrdiff_t put = channel_write(l->channel, bytes, (size_t)n, &f);
        if (put < 0) {
            link_close(l, NULL, &f);
            return;
        }
        if (put == 0)
            break;
        session_sent(l->session, (size_t)put, now);
    }
    if (n < 0) {
        fault_memory(&f);
        link_close(l, NULL, &f);
        return;
    }
    wait_for(l);
}

void link_pause(struct link *l, bool paused)
{
    if (l->paused == paused)
        return;
    l->paused = paused;
    if (!paused && l->session)
        session_excuse(l->session, loop_now());
    if (l->open)
        wait_for(l);
}

static int give_up(struct link *l, const struct fault *why)
{
    link_close(l, NULL, why);
    return -1;
}

/* Ends a link that has waited for too long. 0, or -1: it is gone. */
static int check_deadlines(struct link *l, int64_t now)
{
    struct fault f;
    if (l->open && !l->session)
        return now - l->began > REFUSED_MAX ? give_up(l, &l->refused) : 0;
    if (l->open) {
        if (l->paused)
            session_excuse(l->session, now);
        else if (session_tick(l->session, now, &f))
            return give_up(l, &f);
        session_compress(l->session, compression_decide(&l->compression, l->session->lines));
    } else if (now - l->began > SESSION_GREETING_MAX) {
        fault_rule(&f, "slow: no connection was made");
        return give_up(l, &f);
    }
    return 0;
}

/* All links tick at the same moments, so that an idle program wakes up only once a second. */
static int set_timer(struct link *l, int64_t now)
{
    return loop_set_timer(l->loop, &l->timer, (now / TICK_EVERY + 1) * TICK_EVERY);
}

static void tick(void *self, int64_t now)
{
    struct link *l = self;
    struct fault f;
    if (check_deadlines(l, now))
        return;
    if (set_timer(l, now)) {
        fault_memory(&f);
        link_close(l, NULL, &f);
    } else {
        link_push(l, now);
    }
}

struct link *link_new(struct loop *loop, struct channel *channel, const struct link_owner *owner,
                      void *tag)
{
    struct fault f;
    struct link *l = calloc(1, sizeof *l);
    if (!l) {
        channel_close(channel);
        return NULL;
    }
    *l = (struct link){.channel = channel,
                       .owner = owner,
                       .tag = tag,
                       .role = owner->role,
                       .loop = loop,
                       .began = loop_now()};
    l->watch = (struct watch){.fd = channel_fd(channel), .ready = ready, .self = l};
    l->timer = (struct timer){.fire = tick, .self = l};
    if (set_timer(l, l->began) || loop_watch(loop, &l->watch, LOOP_READ | LOOP_WRITE, &f)) {
        loop_cancel_timer(loop, &l->timer);
        channel_close(channel);
        free(l);
        return NULL;
    }
    return l;
}
