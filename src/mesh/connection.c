#include "mesh/connection.h"

#include "consensus/node_names.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    READ_SIZE = 1 << 16,
    READS_MAX = 64,          /* in a row, before other connections have their turn */
    DEAD_AFTER = 4000,       /* ms in which nothing that was sent arrives */
    ASKED_AFTER = 2,         /* seconds of silence before a TCP keepalive probe */
    SENT_KEPT_MAX = 1 << 16, /* sent bytes that may stay at the beginning of `out` */
};

struct mesh_connection {
    struct loop *loop;
    struct channel *channel;
    const struct mesh_connection_owner *owner;
    void *tag;
    struct watch watch;
    struct process_reader in;
    struct buf out;
    size_t sent;                  /* bytes of `out` */
    int64_t since;                /* when it was made */
    char name[NODE_NAME_MAX + 1]; /* of the member */
    bool open;                    /* the handshake is complete */
    bool paused, closing;
};

void *mesh_connection_tag(const struct mesh_connection *c)
{
    return c->tag;
}

const uint8_t *mesh_connection_key(const struct mesh_connection *c)
{
    return channel_account(c->channel);
}

bool mesh_connection_is_open(const struct mesh_connection *c)
{
    return c->open;
}

int64_t mesh_connection_since(const struct mesh_connection *c)
{
    return c->since;
}

void mesh_connection_close(struct mesh_connection *c, const struct fault *why)
{
    if (c->closing)
        return;
    c->closing = true;
    loop_unwatch(&c->watch);
    channel_close(c->channel);
    c->owner->closed(c->owner->self, c, why);
    process_reader_free(&c->in);
    buf_free(&c->out);
    free(c);
}

/* Whether TLS has decrypted bytes that poll does not report. */
static bool is_unseen(const struct mesh_connection *c)
{
    return !c->paused && channel_pending(c->channel);
}

/* Watches the descriptor for what comes next; may close the connection. */
static void wait_for(struct mesh_connection *c)
{
    struct fault f;
    unsigned events = c->paused ? 0 : LOOP_READ;
    if (!c->open)
        events = channel_waits_to_write(c->channel) ? LOOP_WRITE : LOOP_READ;
    else if (c->sent < c->out.len || is_unseen(c))
        events |= LOOP_WRITE;
    if (loop_watch(c->loop, &c->watch, events, &f) != 0)
        mesh_connection_close(c, &f);
}

/* --- Receiving -------------------------------------------------------------------------------- */

/* 0, or -1 and a rule, or trouble. */
static int take_messages(struct mesh_connection *c, struct fault *f)
{
    struct process_item item;
    int result;
    size_t at = c->in.at;
    while ((result = process_reader_next(&c->in, &item, f)) == 1) {
        if (item.kind != PROCESS_MESSAGE || !field_is(item.name, c->name))
            return fault_rule(f, "it sent something other than its own messages");
        if (c->owner->message(c->owner->self, c->in.in.data + at, c->in.at - at) != 0)
            return fault_memory(f);
        at = c->in.at;
    }
    return result;
}

/* Reads what has come. false: that has closed the connection. */
static bool read_some(struct mesh_connection *c)
{
    struct fault f;
    for (int i = 0; i < READS_MAX && !c->paused; i++) {
        char *space = process_reader_space(&c->in, READ_SIZE);
        ptrdiff_t got = space != NULL ? channel_read(c->channel, space, READ_SIZE, &f)
                                      : fault_memory(&f);
        if (got == 0)
            return true;
        if (got > 0)
            process_reader_add(&c->in, (size_t)got);
        if (got < 0 || take_messages(c, &f) != 0) {
            mesh_connection_close(c, &f);
            return false;
        }
    }
    return true;
}

/* --- Sending ---------------------------------------------------------------------------------- */

bool mesh_connection_send(struct mesh_connection *c, const struct process_item *message,
                          size_t most)
{
    if (!c->open || c->out.len - c->sent > most)
        return false;
    if (c->sent > SENT_KEPT_MAX) {
        buf_drop(&c->out, c->sent);
        c->sent = 0;
    }
    return process_put(&c->out, message) == 0;
}

void mesh_connection_push(struct mesh_connection *c)
{
    struct fault f;
    if (!c->open || c->closing || c->sent == c->out.len)
        return;
    while (c->sent < c->out.len) {
        ptrdiff_t n = channel_write(c->channel, c->out.data + c->sent, c->out.len - c->sent, &f);
        if (n < 0) {
            mesh_connection_close(c, &f);
            return;
        }
        if (n == 0)
            break;
        c->sent += (size_t)n;
    }
    if (c->sent == c->out.len)
        c->out.len = c->sent = 0;
    wait_for(c);
}

void mesh_connection_pause(struct mesh_connection *c, bool paused)
{
    if (c->paused == paused)
        return;
    c->paused = paused;
    wait_for(c);
}

/* --- Opening ---------------------------------------------------------------------------------- */

static void go_on_opening(struct mesh_connection *c)
{
    struct fault f;
    int done = channel_open(c->channel, &f);
    const char *name = done > 0 ? c->owner->opened(c->owner->self, c, &f) : NULL;
    c->open = name != NULL;
    if (c->open)
        memcpy(c->name, name, strlen(name) + 1);
    if (done < 0 || (done > 0 && !c->open))
        mesh_connection_close(c, &f);
    else
        wait_for(c);
}

static void ready(void *self, unsigned events)
{
    struct mesh_connection *c = self;
    if (!c->open) {
        go_on_opening(c);
        return;
    }
    if (c->paused && (events & LOOP_ERROR) != 0) {
        loop_unwatch(&c->watch); /* what it sent before its end is read when reading resumes */
        return;
    }
    if (!read_some(c))
        return;
    if (c->sent < c->out.len)
        mesh_connection_push(c);
    else
        wait_for(c);
}

/* Detects within seconds a peer that is gone without a word. Errors are ignored: the socket may not
 * be TCP. */
static void watch_peer(int fd)
{
    int yes = 1, dead = DEAD_AFTER, asked = ASKED_AFTER, every = 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &asked, sizeof asked);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
}

struct mesh_connection *mesh_connection_new(struct loop *loop, struct channel *channel,
                                            const struct mesh_connection_owner *owner, void *tag)
{
    struct fault f;
    struct mesh_connection *c = calloc(1, sizeof *c);
    if (c == NULL) {
        channel_close(channel);
        return NULL;
    }
    *c = (struct mesh_connection){.loop = loop,
                                  .channel = channel,
                                  .owner = owner,
                                  .tag = tag,
                                  .since = loop_now(),
                                  .in = {.side = PROCESS_EVENTS}};
    c->watch = (struct watch){.fd = channel_fd(channel), .ready = ready, .self = c};
    watch_peer(c->watch.fd);
    if (loop_watch(loop, &c->watch, LOOP_READ | LOOP_WRITE, &f) == 0)
        return c;
    channel_close(channel);
    free(c);
    return NULL;
}
