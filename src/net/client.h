/* Keeps connections to a few outbound peers, which a dialer chooses from peers files and addresses,
 * and passes what they say to their owner. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/link.h"
#include "peers/dialer.h"
#include "wire/peer_owner.h"

struct client_config {
    struct loop *loop;
    struct tls *tls; /* NULL: plain, to loopback addresses only */
    uint8_t chain[ID_LEN];
    bool has_chain;
    char **operands; /* peers files, HOST:PORT, KEY@HOST:PORT */
    size_t operands_count;
    size_t fanout;
    bool once;       /* targets that fail are not dialed again; peers files must exist */
    bool ourselves;  /* an operand may be the address of this node itself */
    bool names;      /* names in peer records are looked up, and dialed if they are global */
    bool newest;     /* says the newest version in plain, too */
    bool no_feelers; /* targets that have never answered are not dialed just to see whether they do
                      */
    int64_t opening; /* ms from dialing to hello; 0: only the steps in between have limits */
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

/* Closes all connections: the owner is told that its peers leave. */
void client_free(struct client *c);

/* Call after every loop_turn: reads files that have changed, dials, closes the connections of peers
 * that the owner wants to lose, and sends what is queued. 0, or -1 and trouble. */
int client_turn(struct client *c, int64_t now, struct fault *f);

/* How long the next loop_turn may wait, in ms. */
int client_wait(const struct client *c, int64_t now);

/* Stops or resumes reading from a peer. */
void client_pause(struct client *c, const void *peer, bool paused);

/* Says what becomes of the target of a peer that has left, after the owner answered PEER_LATER. */
void client_part(struct client *c, const void *peer, enum peer_next next);

/* Whether a target is being dialed, or is due to be. */
bool client_is_dialing(const struct client *c, int64_t now);

/* Whether no target is being dialed or connected, nor will be unless a file changes. */
bool client_over(const struct client *c, int64_t now);

#endif
