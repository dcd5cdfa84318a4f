/* The dialing side: keeps connections to a few of the peers in files and addresses, chosen by a
 * dialer, and passes what they say to its owner. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "gossip/peer_owner.h"
#include "net/link.h"
#include "peers/dialer.h"

struct client_config {
    struct loop *loop;
    struct tls *tls; /* NULL: plain, to loopback addresses only */
    uint8_t chain[ID_LEN];
    bool has_chain;
    char **operands; /* peers files, HOST:PORT, KEY@HOST:PORT */
    size_t operands_count;
    size_t fanout;
    bool once;       /* unreached peers are not dialed again; peers files must exist */
    bool ourselves;  /* an operand may be our own address */
    bool names;      /* names in peer records are looked up, and dialed if they are global */
    bool no_feelers; /* strangers are not dialed now and then to see whether they answer */
    int64_t opening; /* ms from dialing to hello; 0: only its steps have limits */
    /* Whether a peer with this key is allowed; NULL: all are. */
    bool (*allows)(void *who, const uint8_t key[ID_LEN]);
    void *who;
    uint64_t seed;
    const struct peer_owner *owner;
};

struct client;

/* The config and all that it points to stay the caller's. NULL and trouble: an operand that is
 * neither a file nor an address. */
struct client *client_new(const struct client_config *config, struct fault *f);

/* Closes all connections; joined peers leave. */
void client_free(struct client *c);

/* Call after every loop_turn: reads files that have changed, dials, closes doomed peers,
 * sends what waits. 0, or -1 and trouble. */
int client_turn(struct client *c, int64_t now, struct fault *f);

/* How long the next loop_turn may wait, in ms. */
int client_wait(const struct client *c, int64_t now);

/* Stops or resumes reading from a peer. */
void client_pause(struct client *c, const void *peer, bool paused);

/* Decides about a peer that has left, after PEER_LATER. */
void client_part(struct client *c, const void *peer, enum peer_next next);

/* Whether somebody is being dialed, or is to be dialed now. */
bool client_is_dialing(const struct client *c, int64_t now);

/* Whether nobody is being dialed, nor will be unless a file changes. */
bool client_over(const struct client *c, int64_t now);

#endif
