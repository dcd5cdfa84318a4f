/*
 * Channels: non-blocking byte streams to a peer, over TLS 1.3 (RFC 8446) with both sides' keys, or
 * plain on request.
 *
 * Both sides present a self-signed Ed25519 certificate made in memory from their key; that key is
 * the peer's account, and nothing else in the certificate counts. A protocol must be agreed on by
 * ALPN (RFC 7301): a version of gossip(7), unless the program names others. No session tickets, no
 * resumption, no renegotiation, no compression; AES-128-GCM is preferred. What the other side may
 * send before it has proved its key is bounded (certificates of at most 4 KiB).
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "crypto/keyfile.h"

/* Shared by all channels of a process. */
struct tls;

/* What is spoken: the names of its versions, NAME/DIGIT, the best first, each with its length
 * before it (RFC 7301); and what is said of a peer that speaks none of them. All of it is static.
 */
struct tls_protocol {
    const uint8_t *names;
    unsigned size; /* bytes of them */
    const char *missing;
};

/* Initialises libssl, without its configuration file, and makes the certificate of *key, or of a
 * fresh random key if key is NULL. NULL and trouble if that fails. key stays the caller's and may
 * be wiped afterwards. */
struct tls *tls_new(const struct secret_key *key, struct fault *f);
void tls_free(struct tls *t);

/* The same for another protocol than gossip(7). */
struct tls *tls_new_for(const struct tls_protocol *protocol, const struct secret_key *key,
                        struct fault *f);

/* Our own account. */
const uint8_t *tls_account(const struct tls *t);

struct channel;

/* A channel over the connected (or connecting) non-blocking socket fd, which it takes over, even on
 * failure; t NULL: plain. dialed: we are the dialing side. NULL: no memory. */
struct channel *channel_new(struct tls *t, int fd, bool dialed);

/* Sends close_notify if that needs no waiting, closes the socket, frees. */
void channel_close(struct channel *c);

/* Continues connecting and the handshake: 1 done, 0 it would block, -1 and a fault: FAULT_RULE if
 * the peer is at fault (no TLS 1.3, no Ed25519 certificate, other ALPN), else trouble. */
int channel_open(struct channel *c, struct fault *f);

/* Reads up to n bytes, or writes some of n: how many, 0 it would block, -1 and a fault ("closed" if
 * the peer ended it). A write that would block may be repeated with the same bytes followed by
 * more, also from another address. */
ptrdiff_t channel_read(struct channel *c, void *out, size_t n, struct fault *f);
ptrdiff_t channel_write(struct channel *c, const void *bytes, size_t n, struct fault *f);

/* Whether the channel holds bytes that poll(2) does not see. */
bool channel_pending(const struct channel *c);

/* Whether the last call that would block needs to write (else to read). */
bool channel_waits_to_write(const struct channel *c);

/* Whether the peer has sent anything yet. */
bool channel_heard(const struct channel *c);

/* How many bytes have passed through its socket, TLS's own included. */
void channel_bytes(const struct channel *c, uint64_t *sent, uint64_t *received);

/* The version of the protocol that was agreed on, its digit; 0 if it is plain, or not open yet. */
int channel_version(const struct channel *c);

int channel_fd(const struct channel *c);

/* The peer's account once the channel is open; NULL if it is plain. */
const uint8_t *channel_account(const struct channel *c);

#endif
