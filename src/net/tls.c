#include "net/tls_parts.h"

#include "crypto/certificate.h"
#include "crypto/errors.h"

#include <stdlib.h>
#include <string.h>

enum { CERTIFICATES_MAX = 4096 }; /* bytes of a peer's certificates */

static const uint8_t gossip_names[] = {8,   'g', 'o', 's', 's', 'i', 'p', '/', '4', 8,   'g', 'o',
                                       's', 's', 'i', 'p', '/', '3', 8,   'g', 'o', 's', 's', 'i',
                                       'p', '/', '2', 8,   'g', 'o', 's', 's', 'i', 'p', '/', '1'};

static const struct tls_protocol gossip = {
    gossip_names, sizeof gossip_names,
    "the peer speaks none of gossip/4, gossip/3, gossip/2 and gossip/1"};

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
    t->method = channel_method();
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
