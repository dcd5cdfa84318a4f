/* Whoever owns the peers at the other ends of connections, as a table of functions: so net/client.h
 * dials and net/server.h accepts for any role, be it a relay (gossip/duplex.h), a pull (sync/), or
 * another. An owner does no I/O. Times are in ms of any monotonic clock. */
#ifndef WIRE_PEER_OWNER_H
#define WIRE_PEER_OWNER_H

#include "wire/session.h"

/* A connection that has just been opened. */
struct peer_link {
    const char *address;    /* HOST:PORT; valid until the peer has left for good */
    const uint8_t *account; /* the key at the other end, valid during the call; NULL: it is plain */
    uint64_t network;       /* of the address (peers/address.h); 0: any */
    bool dialed;            /* by us */
    int version;            /* the one that TLS agreed on, or the one to begin with when dialing;
                               0: the other side says its hello first */
};

/* What to do with the target of a dialed peer that is gone. */
enum peer_next {
    PEER_AGAIN, /* dial it again, after a pause */
    PEER_DONE,  /* it has delivered everything: dial no replacement */
    PEER_NEVER, /* do not dial it again, but perhaps another */
    PEER_BAN,   /* as NEVER, and refuse its key at any address */
    PEER_LATER, /* client_part will decide; until then it keeps its place */
};

struct peer_owner {
    /* Gives the self for the role, and the session to attach; NULL and a fault: refuse the peer. */
    void *(*join)(void *self, const struct peer_link *link, struct session **session, int64_t now,
                  struct fault *f);
    /* The peer is gone, and why. What it gives counts for a dialed one. */
    enum peer_next (*leave)(void *self, void *peer, const struct fault *why, int64_t now);
    /* Whether to close it, and why; else NULL. It is sent its session's word. */
    const struct fault *(*doomed)(void *self, void *peer);
    struct session_role role;
    void *self;

    /* For those that were accepted; may be NULL. */
    uint64_t (*worth)(void *self, void *peer); /* those of less are dropped before it */
    bool (*held)(void *self, void *peer);      /* it is not read from now */

    /* For those that are dialed; may be NULL. */
    /* Whether the peer with this key has dialed us, and needs no second connection: while that
     * lasts, it keeps its place among the peers without being dialed. */
    bool (*connected)(void *self, const uint8_t account[ID_LEN]);
    /* Dialing failed: nobody said hello. account: the key that answered, if one did. If the peer
     * had joined, it has left before. The kind is FAULT_NONE if this peer is connected already. */
    void (*unreached)(void *self, const char *address, const uint8_t *account,
                      const struct fault *why);
    /* Something is wrong with a peers file, which is used nevertheless. */
    void (*complain)(void *self, const char *words);
};

#endif
