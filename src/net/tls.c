#include "net/tls.h"

#include "crypto/certificate.h"
#include "crypto/errors.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CERTIFICATES_MAX = 4096, /* bytes of a peer's certificates */
    AHEAD = 1024,            /* bytes that are read with the header of a TLS record */
};

static const uint8_t gossip_names[] = {8, 'g', 'o', 's', 's', 'i', 'p', '/', '3',
                                       8, 'g', 'o', 's', 's', 'i', 'p', '/', '2',
                                       8, 'g', 'o', 's', 's', 'i', 'p', '/', '1'};

static const struct tls_protocol gossip = {
    gossip_names, sizeof gossip_names, "the peer speaks none of gossip/3, gossip/2 and gossip/1"};

struct tls {
    SSL_CTX *ctx;
    BIO_METHOD *method; /* libssl's access to a channel's socket */
    const struct tls_protocol *protocol;
    uint8_t account[ED25519_KEY_LEN];
};

struct channel {
    int fd;
    SSL *ssl;                            /* NULL: plain */
    const struct tls_protocol *protocol; /* NULL: plain */
    bool connecting, open;
    bool broken;             /* unusable after an error */
    bool waits_to_write;     /* whether the last call that would block needs to write */
    bool dry;                /* the last read found the socket empty */
    bool drained;            /* the last read took all that was there */
    bool heard;              /* the peer has sent something */
    bool lost;               /* the socket ended, */
    int error;               /* by this error; 0: the peer closed it */
    uint64_t sent, received; /* bytes */
    uint8_t account[ED25519_KEY_LEN];
    int version;          /* of the protocol, as agreed on; 0 if it is plain */
    uint8_t ahead[AHEAD]; /* bytes that libssl has yet to ask for */
    size_t ahead_at, ahead_len;
};

/* --- The socket --------------------------------------------------------------------------- */

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

static ptrdiff_t take(struct channel *c, void *out, size_t n)
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

static ptrdiff_t give(struct channel *c, const void *bytes, size_t n)
{
    ssize_t sent;
    do
        sent = send(c->fd, bytes, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    c->sent += sent > 0 ? (uint64_t)sent : 0;
    return moved(c, sent);
}

/* As take, but a few bytes are read together with those that follow: libssl asks for a record's
 * header, for the rest of a record, and then for more until there is none. After a read that took
 * all, one is answered without asking the system: what has come meanwhile, poll will tell of. */
static ptrdiff_t take_ahead(struct channel *c, void *out, size_t n)
{
    bool few = n < sizeof c->ahead;
    if (c->ahead_at == c->ahead_len) {
        c->dry = c->drained;
        c->drained = false;
        if (c->dry)
            return 0;
        ptrdiff_t got = few ? take(c, c->ahead, sizeof c->ahead) : take(c, out, n);
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
    ptrdiff_t sent = give(BIO_get_data(b), bytes, (size_t)n);
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

static BIO_METHOD *make_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "channel");
    if (m && BIO_meth_set_read(m, bio_read) == 1 && BIO_meth_set_write(m, bio_write) == 1 &&
        BIO_meth_set_ctrl(m, bio_ctrl) == 1)
        return m;
    BIO_meth_free(m);
    return NULL;
}

/* --- The context -------------------------------------------------------------------------- */

/* libssl checks that the peer holds its key; who signed the certificate does not matter. Exactly
 * one certificate is allowed, so that no other can be taken for the peer's. */
static int judge(X509_STORE_CTX *x, void *unused)
{
    uint8_t account[ED25519_KEY_LEN];
    const X509 *shown = X509_STORE_CTX_get0_cert(x);
    (void)unused;
    bool good = sk_X509_num(X509_STORE_CTX_get0_untrusted(x)) == 1 && shown &&
                !certificate_account(shown, account);
    X509_STORE_CTX_set_error(x, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return good;
}

/* Both sides also refuse another name, or none, once the handshake is complete. */
static int choose_protocol(SSL *ssl, const uint8_t **out, uint8_t *n, const uint8_t *offered,
                           unsigned offered_len, void *protocol)
{
    const struct tls_protocol *p = protocol;
    uint8_t *found;
    (void)ssl;
    if (SSL_select_next_proto(&found, n, p->names, p->size, offered, offered_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

static bool set_algorithms(SSL_CTX *ctx)
{
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                                         "TLS_AES_256_GCM_SHA384") == 1 &&
           SSL_CTX_set1_groups_list(ctx, "X25519:P-256") == 1 &&
           SSL_CTX_set1_sigalgs_list(ctx, "ed25519") == 1 &&
           SSL_CTX_set1_client_sigalgs_list(ctx, "ed25519") == 1;
}

/* No AUTO_RETRY: a peer that sends endless TLS messages would keep us in SSL_read. */
static void set_manners(SSL_CTX *ctx, const struct tls_protocol *protocol)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_max_cert_list(ctx, CERTIFICATES_MAX);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, judge, NULL);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, (void *)(uintptr_t)protocol);
    SSL_CTX_set_read_ahead(ctx, 0); /* take_ahead does that */
}

static SSL_CTX *make_ctx(const struct certificate *c, const struct tls_protocol *protocol)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    if (!ctx)
        return NULL;
    set_manners(ctx, protocol);
    if (set_algorithms(ctx) && SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
        SSL_CTX_set_alpn_protos(ctx, protocol->names, protocol->size) == 0 &&
        SSL_CTX_use_certificate(ctx, c->x509) == 1 && SSL_CTX_use_PrivateKey(ctx, c->pkey) == 1)
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

/* The configuration file could change the protocol; at exit other threads may be running. */
static int start_libssl(struct fault *f)
{
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) == 1)
        return 0;
    errors_clear();
    return fault_trouble(f, "cannot start libssl");
}

static int fill_with(struct tls *t, const struct secret_key *key, struct fault *f)
{
    struct certificate c;
    if (certificate_make(&c, key, f))
        return -1;
    memcpy(t->account, key->public, sizeof t->account);
    t->method = make_method();
    t->ctx = make_ctx(&c, t->protocol);
    certificate_free(&c); /* the context holds references to both */
    errors_clear();
    return t->ctx && t->method ? 0 : fault_trouble(f, "libssl cannot do TLS 1.3 with Ed25519 keys");
}

/* As fill_with; with a new key if there is none. */
static int fill(struct tls *t, const struct secret_key *key, struct fault *f)
{
    struct secret_key fresh;
    if (key)
        return fill_with(t, key, f);
    if (secret_key_random(&fresh, f))
        return -1;
    int result = fill_with(t, &fresh, f);
    secret_key_wipe(&fresh);
    return result;
}

struct tls *tls_new_for(const struct tls_protocol *protocol, const struct secret_key *key,
                        struct fault *f)
{
    if (start_libssl(f))
        return NULL;
    struct tls *t = calloc(1, sizeof *t);
    if (!t) {
        fault_memory(f);
        return NULL;
    }
    t->protocol = protocol;
    if (fill(t, key, f) == 0)
        return t;
    tls_free(t);
    return NULL;
}

struct tls *tls_new(const struct secret_key *key, struct fault *f)
{
    return tls_new_for(&gossip, key, f);
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    BIO_meth_free(t->method);
    free(t);
}

const uint8_t *tls_account(const struct tls *t)
{
    return t->account;
}

/* --- Faults ------------------------------------------------------------------------------- */

struct meaning {
    int reason;
    const char *text;
};

#define NO_TLS "the peer does not speak TLS"
#define NO_TLS_1_3 "the peer speaks no TLS 1.3"
#define NOTHING_SHARED "the peer refused: it has no Ed25519 certificate, or no cipher of ours"
#define NO_CERTIFICATE "the peer shows no Ed25519 certificate"
#define REFUSED "the peer refused our certificate"
#define NOTHING_SPOKEN NULL /* the protocol's own words */

/* The same text for a fault whether the peer's alert reports it or this side finds it. */
static const struct meaning meanings[] = {
    {SSL_R_WRONG_VERSION_NUMBER, NO_TLS},
    {SSL_R_HTTP_REQUEST, NO_TLS},
    {SSL_R_HTTPS_PROXY_REQUEST, NO_TLS},
    {SSL_R_BAD_RECORD_TYPE, NO_TLS},
    {SSL_R_UNSUPPORTED_PROTOCOL, NO_TLS_1_3},
    {SSL_R_UNKNOWN_PROTOCOL, NO_TLS_1_3},
    {SSL_R_VERSION_TOO_LOW, NO_TLS_1_3},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, NO_TLS_1_3},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, NOTHING_SHARED},
    {SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY, NOTHING_SHARED},
    {SSL_R_NO_SHARED_CIPHER, NOTHING_SHARED},
    {SSL_R_NO_SUITABLE_KEY_SHARE, NOTHING_SHARED},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, NOTHING_SHARED},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, NOTHING_SHARED},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, NO_CERTIFICATE},
    {SSL_R_CERTIFICATE_VERIFY_FAILED, NO_CERTIFICATE},
    {SSL_R_WRONG_SIGNATURE_TYPE, NO_CERTIFICATE},
    {SSL_R_WRONG_CERTIFICATE_TYPE, NO_CERTIFICATE},
    {SSL_R_UNKNOWN_CERTIFICATE_TYPE, NO_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, REFUSED},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, REFUSED},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, REFUSED},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, REFUSED},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, REFUSED},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED, REFUSED},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, REFUSED},
    {SSL_R_NO_APPLICATION_PROTOCOL, NOTHING_SPOKEN},
    {SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, NOTHING_SPOKEN},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, "the peer shows too large a certificate"},
};

/* The fault that libssl reports. */
static int explain(const struct channel *c, struct fault *f)
{
    const char *words;
    int reason = errors_take(&words);
    if (!reason)
        return fault_trouble(f, "libssl: %s", words ? words : "it failed");
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].reason == reason)
            return fault_rule(f, "%s", meanings[i].text ? meanings[i].text : c->protocol->missing);
    return words ? fault_rule(f, "the peer breaks TLS: %s", words)
                 : fault_rule(f, "the peer breaks TLS (reason %d of libssl)", reason);
}

/* How the socket ended. */
static int report_lost(const struct channel *c, struct fault *f)
{
    if (!c->error || c->error == ECONNRESET || c->error == EPIPE)
        return fault_trouble(f, "closed");
    errno = c->error;
    return fault_errno(f, "the connection failed");
}

/* Interprets an unsuccessful result of libssl: 0 it would block, or -1. */
static int unsuccessful(struct channel *c, int answer, struct fault *f)
{
    int what = SSL_get_error(c->ssl, answer);
    c->waits_to_write = what == SSL_ERROR_WANT_WRITE;
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
        return 0;
    c->broken = what != SSL_ERROR_ZERO_RETURN;
    int result = what == SSL_ERROR_ZERO_RETURN ? fault_trouble(f, "closed")
                 : c->lost                     ? report_lost(c, f)
                                               : explain(c, f);
    errors_clear();
    return result;
}

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
        return fault_rule(f, "%s", NO_CERTIFICATE);
    c->broken = false;
    return 1;
}

static int shake_hands(struct channel *c, struct fault *f)
{
    errors_clear();
    int answer = SSL_do_handshake(c->ssl);
    return answer == 1 ? greet(c, f) : unsuccessful(c, answer, f);
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
    ptrdiff_t got = take(c, out, n);
    c->waits_to_write &= got != 0;
    return got < 0 ? report_lost(c, f) : got;
}

static ptrdiff_t write_plain(struct channel *c, const void *bytes, size_t n, struct fault *f)
{
    ptrdiff_t sent = give(c, bytes, n);
    c->waits_to_write = sent == 0;
    return sent < 0 ? report_lost(c, f) : sent;
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
    return answer == 1 ? (ptrdiff_t)got : unsuccessful(c, answer, f);
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
    return answer == 1 ? (ptrdiff_t)sent : unsuccessful(c, answer, f);
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
