/*
 * Connections of a node of the engine `peer`: what TCP would be to gossip(7). Bytes come to a
 * session in order and once; a connection that has lost some is closed, and whoever dialed it dials
 * again, as after a cable was cut.
 */
#ifndef SIMPEER_PEER_LINKS_H
#define SIMPEER_PEER_LINKS_H

#include "simpeer/peer_item.h"
#include "wire/peer_owner.h"

#define PEER_LINKS_MAX 4096 /* connections of a node */
#define PEER_EARLY_MAX 64   /* items of a connection that wait for one before them */
#define PEER_GAP_MAX 3000   /* ms for which they do */
#define PEER_REDIAL 2000    /* ms until a peer is dialed again */

struct peer_link_state {
    struct peer_link_state *next;
    uint32_t remote, connection;
    bool dialed, closed;
    void *peer; /* the owner's; NULL: it is not connected now */
    struct session *session;
    uint32_t sent, received; /* items */
    struct peer_item *early[PEER_EARLY_MAX];
    size_t early_count;
    int64_t gap_since;
    int64_t redial; /* if it was dialed and is not connected: when to dial again */
};

struct peer_links {
    const struct node_names *names;
    struct peer_owner owner;
    int version; /* of the protocol */
    bool once;   /* what was dialed is not dialed again */
    struct peer_link_state *list;
    size_t count;
    uint64_t chance;
};

void peer_links_free(struct peer_links *links, int64_t now);

/* Dials this node, from now on and again whenever the connection is lost. 0, or -1: no memory. */
int peer_links_dial(struct peer_links *links, uint32_t remote, int64_t now, struct fault *f);

/* Whether this connection with this node is open. */
bool peer_links_has(const struct peer_links *links, uint32_t remote, uint32_t connection);

/* An item from this node. 0, or -1: no memory. */
int peer_links_take(struct peer_links *links, uint32_t remote, struct peer_item *item, int64_t now,
                    struct engine_outputs *out, struct fault *f);

/* Closes what is doomed, puts out what waits in the sessions. 0, or -1: no memory. */
int peer_links_flush(struct peer_links *links, int64_t now, struct engine_outputs *out,
                     struct fault *f);

/* Call about once a second: the sessions' timers; dials again. 0, or -1: no memory. */
int peer_links_tick(struct peer_links *links, int64_t now, struct engine_outputs *out,
                    struct fault *f);

/* The account of a node: its number, in 32 bytes. */
void peer_account(uint32_t node, uint8_t account[ID_LEN]);

#endif
