/* A connection with a peer: opening, closing, and the bytes that go over it. */
#include "crypto/certificate.h"
#include "crypto/errors.h"
#include "net/tls_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- Opening and closing ------------------------------------------------------------------ */

static SSL *make_ssl(const struct tls *t, struct channel *c, bool dialed)
{
    SSL *ssl = SSL_new(t->ctx);
    BIO *bio = BIO_new(t->method);
    if (!ssl || !bio) {
        SSL_free(ssl);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, c);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    if (dialed)
        SSL_set_connect_state(ssl);
    else
        SSL_set_accept_state(ssl);
    return ssl;
}

/* Lines are short and somebody waits for each, so Nagle's algorithm is off. */
struct channel *channel_new(struct tls *t, int fd, bool dialed)
{
    int yes = 1;
    struct channel *c = calloc(1, sizeof *c);
    if (c && t) {
        c->protocol = t->protocol;
        c->ssl = make_ssl(t, c, dialed);
    }
    if (!c || (t && !c->ssl)) {
        errors_clear();
        free(c);
        close(fd);
        return NULL;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* has no effect unless it is TCP */
    c->fd = fd;
    c->connecting = dialed;
    return c;
}

void channel_close(struct channel *c)
{
    if (!c)
        return;
    if (c->ssl && c->open && !c->broken)
        SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    errors_clear();
    close(c->fd);
    free(c);
}

/* 1 the socket is connected, 0 not yet, -1 and trouble. */
static int connected(struct channel *c, struct fault *f)
{
    struct pollfd p = {.fd = c->fd, .events = POLLOUT};
    socklen_t n = sizeof c->error;
    c->waits_to_write = poll(&p, 1, 0) <= 0;
    if (c->waits_to_write)
        return 0;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &c->error, &n))
        c->error = errno;
    if (!c->error)
        return 1;
    c->broken = true;
    errno = c->error;
    return fault_errno(f, "cannot connect");
}

static bool is_spoken(const struct tls_protocol *p, const uint8_t *name, unsigned n)
{
    for (unsigned i = 0; i < p->size; i += 1U + p->names[i])
        if (p->names[i] == n && memcmp(p->names + i + 1, name, n) == 0)
            return true;
    return false;
}

/* Checks the peer after the handshake: 1, or -1 and a rule. */
static int greet(struct channel *c, struct fault *f)
{
    const uint8_t *name;
    unsigned n;
    const X509 *shown = SSL_get0_peer_certificate(c->ssl);
    SSL_get0_alpn_selected(c->ssl, &name, &n);
    c->broken = true;
    if (!is_spoken(c->protocol, name, n))
        return fault_rule(f, "%s", c->protocol->missing);
    c->version = name[n - 1] - '0';
    if (!shown || certificate_account(shown, c->account))
        return fault_rule(f, CHANNEL_NO_CERTIFICATE);
    c->broken = false;
    return 1;
}

static int shake_hands(struct channel *c, struct fault *f)
{
    errors_clear();
    int answer = SSL_do_handshake(c->ssl);
    return answer == 1 ? greet(c, f) : channel_answer(c, answer, f);
}

int channel_open(struct channel *c, struct fault *f)
{
    if (c->broken)
        return fault_trouble(f, "closed");
    if (c->open)
        return 1;
    int result = c->connecting ? connected(c, f) : 1;
    c->connecting = result == 0;
    if (result == 1 && c->ssl)
        result = shake_hands(c, f);
    c->open = result == 1;
    return result;
}

/* --- Bytes -------------------------------------------------------------------------------- */

static ptrdiff_t read_plain(struct channel *c, void *out, size_t n, struct fault *f)
{
    ptrdiff_t got = channel_take(c, out, n);
    c->waits_to_write &= got != 0;
    return got < 0 ? channel_lost(c, f) : got;
}

static ptrdiff_t write_plain(struct channel *c, const void *bytes, size_t n, struct fault *f)
{
    ptrdiff_t sent = channel_give(c, bytes, n);
    c->waits_to_write = sent == 0;
    return sent < 0 ? channel_lost(c, f) : sent;
}

ptrdiff_t channel_read(struct channel *c, void *out, size_t n, struct fault *f)
{
    size_t got;
    if (!c->open || c->broken)
        return fault_trouble(f, "closed");
    if (n == 0)
        return 0;
    if (!c->ssl)
        return read_plain(c, out, n, f);
    errors_clear();
    c->dry = false;
    int answer = SSL_read_ex(c->ssl, out, n, &got);
    return answer == 1 ? (ptrdiff_t)got : channel_answer(c, answer, f);
}

ptrdiff_t channel_write(struct channel *c, const void *bytes, size_t n, struct fault *f)
{
    size_t sent;
    if (!c->open || c->broken)
        return fault_trouble(f, "closed");
    if (n == 0)
        return 0;
    if (!c->ssl)
        return write_plain(c, bytes, n, f);
    errors_clear();
    c->waits_to_write = false;
    int answer = SSL_write_ex(c->ssl, bytes, n, &sent);
    return answer == 1 ? (ptrdiff_t)sent : channel_answer(c, answer, f);
}

bool channel_pending(const struct channel *c)
{
    return c->ssl && c->open && !c->broken && !c->dry &&
           (c->ahead_at < c->ahead_len || SSL_has_pending(c->ssl));
}

bool channel_waits_to_write(const struct channel *c)
{
    return c->waits_to_write;
}

bool channel_heard(const struct channel *c)
{
    return c->heard;
}

void channel_bytes(const struct channel *c, uint64_t *sent, uint64_t *received)
{
    *sent = c->sent;
    *received = c->received;
}

int channel_fd(const struct channel *c)
{
    return c->fd;
}

int channel_version(const struct channel *c)
{
    return c->version;
}

const uint8_t *channel_account(const struct channel *c)
{
    return c->ssl && c->open ? c->account : NULL;
}
