/* The dialing side: keeps connections to a few of the peers in files and addresses, chosen by a
 * dialer, and passes what they say to its owner. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/link.h"
#include "peers/dialer.h"

/* What to do with the target of a peer that is gone. */
enum client_next {
    CLIENT_AGAIN, /* dial it again, after a pause */
    CLIENT_DONE,  /* it has delivered everything: dial no replacement */
    CLIENT_NEVER, /* do not dial it again, but perhaps another */
    CLIENT_BAN,   /* as NEVER, and refuse its key at any address */
    CLIENT_LATER, /* client_part will decide; until then it keeps its place */
};

/* Callbacks to the client's owner. */
struct client_owner {
    /* A peer has answered (account NULL: plain) at this address, which stays valid until the peer
     * has left for good. version: the one that TLS agreed on, or the one to begin with. Gives the
     * self for the role, and the session; NULL and a fault: refuse the peer. */
    void *(*join)(void *self, const char *address, const uint8_t *account, int version,
                  struct session **session, struct fault *f);
    /* It is gone. */
    enum client_next (*leave)(void *self, void *peer, const struct fault *why);
    /* Whether the peer with this key has dialed us, and needs no second connection: while that
     * lasts, it keeps its place among the peers without being dialed. May be NULL. */
    bool (*connected)(void *self, const uint8_t account[ID_LEN]);
    /* Whether to close it, and why. It is sent its session's word, else "bad". */
    const struct fault *(*doomed)(void *self, void *peer);
    /* Dialing failed: nobody said hello. account: the key that answered, if one did. If the peer
     * had joined, it has left before. The kind is FAULT_NONE if this peer is connected already. May
     * be NULL. */
    void (*unreached)(void *self, const char *address, const uint8_t *account,
                      const struct fault *why);
    /* Something is wrong with a peers file, which is used nevertheless. May be NULL. */
    void (*complain)(void *self, const char *words);
    struct session_role role;
    void *self;
};

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
    const struct client_owner *owner;
};

struct client;

/* The config and all that it points to stay the caller's. NULL and trouble: an operand that is
 * neither a file nor an address. */
struct client *client_new(const struct client_config *config, struct fault *f);

/* Closes all connections; joined peers leave. */
void client_free(struct client *c);

/* Call after every loop_turn: reads files that have changed, dials, closes doomed peers, runs
 * timers, sends what waits. 0, or -1 and trouble. */
int client_turn(struct client *c, int64_t now, struct fault *f);

/* How long the next loop_turn may wait, in ms. */
int client_wait(const struct client *c, int64_t now);

/* Stops or resumes reading from a peer. */
void client_pause(struct client *c, const void *peer, bool paused);

/* Decides about a peer that has left, after CLIENT_LATER. */
void client_part(struct client *c, const void *peer, enum client_next next);

/* Whether somebody is being dialed, or is to be dialed now. */
bool client_is_dialing(const struct client *c, int64_t now);

/* Whether nobody is being dialed, nor will be unless a file changes. */
bool client_over(const struct client *c, int64_t now);

#endif
