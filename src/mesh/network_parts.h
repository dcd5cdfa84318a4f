/* What the halves of a network share: network.c accepts and keeps connections, network_dial.c
 * dials. */
#ifndef MESH_NETWORK_PARTS_H
#define MESH_NETWORK_PARTS_H

#include "mesh/connection.h"
#include "mesh/network.h"
#include "net/resolve.h"

enum {
    MESH_PENDING_MAX = 64,   /* accepted connections whose handshake is not complete */
    MESH_BACKOFF_FIRST = 50, /* ms between two dials */
};

/* Our connection to one member, or the next attempt at one. */
struct mesh_link {
    struct mesh_connection *connection; /* open, or being dialed */
    struct resolve *lookup;             /* of its name; NULL: none is under way */
    size_t tries;                       /* dials so far; they take its addresses in turn */
    int64_t backoff, due;               /* ms before the next dial, and its time */
};

struct mesh_network {
    const struct mesh_network_config *config;
    struct tls *tls;
    struct mesh_connection_owner owner;
    struct watch listening;
    struct timer resume; /* accepting, which waits for descriptors */
    char address[ADDRESS_MAX];
    struct mesh_link *links; /* by the member's place */
    size_t count, cap;
    struct mesh_connection *pending[MESH_PENDING_MAX];
    uint64_t dropped, chance;
    int64_t read_at; /* when the members file was read last */
    bool paused;
};

/* News for watchers; member MESH_NOBODY: no known member. */
void network_say(const struct mesh_network *n, size_t member, const char *words);

/* Whether we dial this member, as its key is larger than ours; otherwise it dials us. */
bool network_dials(const struct mesh_network *n, size_t member);

/* Whether we dial it and have no connection to it: then the next dial is at its time. */
bool network_is_due(const struct mesh_network *n, size_t member);

/* Dials it, or looks its name up; on failure says why, and puts it off. */
void network_dial(struct mesh_network *n, size_t member);

/* Sets the next dial: after the back-off and a random time up to as long again. */
void network_put_off(struct mesh_network *n, struct mesh_link *s);

#endif
