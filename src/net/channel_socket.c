/* A channel's socket, and libssl's access to it. */
#include "net/tls_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* The result of recv or send: how many bytes, 0 it would block, -1 the socket is lost. */
static ptrdiff_t moved(struct channel *c, ssize_t n)
{
    if (n > 0)
        return n;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    c->lost = true;
    c->error = n < 0 ? errno : 0;
    return -1;
}

ptrdiff_t channel_take(struct channel *c, void *out, size_t n)
{
    ssize_t got;
    do
        got = recv(c->fd, out, n, 0);
    while (got < 0 && errno == EINTR);
    ptrdiff_t result = moved(c, got);
    c->received += result > 0 ? (uint64_t)result : 0;
    c->dry = result == 0;
    c->heard |= result > 0;
    return result;
}

ptrdiff_t channel_give(struct channel *c, const void *bytes, size_t n)
{
    ssize_t sent;
    do
        sent = send(c->fd, bytes, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    c->sent += sent > 0 ? (uint64_t)sent : 0;
    return moved(c, sent);
}

/* As channel_take, but a few bytes are read together with those that follow: libssl asks for a
 * record's header, for the rest of a record, and then for more until there is none. After a read
 * that took all, one is answered without asking the system: what has come meanwhile, poll will tell
 * of. */
static ptrdiff_t take_ahead(struct channel *c, void *out, size_t n)
{
    bool few = n < sizeof c->ahead;
    if (c->ahead_at == c->ahead_len) {
        c->dry = c->drained;
        c->drained = false;
        if (c->dry)
            return 0;
        ptrdiff_t got = few ? channel_take(c, c->ahead, sizeof c->ahead) : channel_take(c, out, n);
        c->drained = got > 0 && (size_t)got < (few ? sizeof c->ahead : n);
        if (got <= 0 || !few)
            return got;
        c->ahead_at = 0;
        c->ahead_len = (size_t)got;
    }
    size_t left = c->ahead_len - c->ahead_at;
    if (n > left)
        n = left;
    memcpy(out, c->ahead + c->ahead_at, n);
    c->ahead_at += n;
    return (ptrdiff_t)n;
}

/* libssl's own would raise SIGPIPE. */
static int bio_read(BIO *b, char *out, int n)
{
    ptrdiff_t got = take_ahead(BIO_get_data(b), out, (size_t)n);
    BIO_clear_retry_flags(b);
    if (got == 0)
        BIO_set_retry_read(b);
    return got > 0 ? (int)got : -1;
}

static int bio_write(BIO *b, const char *bytes, int n)
{
    ptrdiff_t sent = channel_give(BIO_get_data(b), bytes, (size_t)n);
    BIO_clear_retry_flags(b);
    if (sent == 0)
        BIO_set_retry_write(b);
    return sent > 0 ? (int)sent : -1;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer)
{
    (void)b, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *channel_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "channel");
    if (m && BIO_meth_set_read(m, bio_read) == 1 && BIO_meth_set_write(m, bio_write) == 1 &&
        BIO_meth_set_ctrl(m, bio_ctrl) == 1)
        return m;
    BIO_meth_free(m);
    return NULL;
}
