/* Shared by tls.c and channel*.c only. */
#ifndef NET_TLS_PARTS_H
#define NET_TLS_PARTS_H

#include "net/tls.h"

#include <openssl/ssl.h>

#define CHANNEL_AHEAD 1024 /* bytes that are read with the header of a TLS record */
#define CHANNEL_NO_CERTIFICATE "the peer shows no Ed25519 certificate"

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
    int version;                  /* of the protocol, as agreed on; 0 if it is plain */
    uint8_t ahead[CHANNEL_AHEAD]; /* bytes that libssl has yet to ask for */
    size_t ahead_at, ahead_len;
};

/* --- channel_socket.c --- */

/* As recv and send: how many bytes, 0 it would block, -1 the socket is lost. */
ptrdiff_t channel_take(struct channel *c, void *out, size_t n);
ptrdiff_t channel_give(struct channel *c, const void *bytes, size_t n);

/* libssl's access to sockets. NULL: no memory. */
BIO_METHOD *channel_method(void);

/* --- channel_faults.c --- */

/* How the socket ended. Gives -1. */
int channel_lost(const struct channel *c, struct fault *f);

/* Interprets an unsuccessful result of libssl: 0 it would block, or -1. */
int channel_answer(struct channel *c, int answer, struct fault *f);

#endif
