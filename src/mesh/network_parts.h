/* What the halves of a network share: network.c has connections, network_dial.c makes them. */
#ifndef MESH_NETWORK_PARTS_H
#define MESH_NETWORK_PARTS_H

#include "mesh/connection.h"
#include "mesh/network.h"
#include "net/resolve.h"

enum {
    MESH_STRANGERS_MAX = 64, /* connections whose handshake is not complete */
    MESH_BACKOFF_FIRST = 50, /* ms between two dials */
};

/* How it stands with a member. */
struct mesh_standing {
    struct mesh_connection *connection; /* open, or being dialed */
    struct resolve *lookup;             /* of its name; NULL: none is under way */
    size_t tries;                       /* of its addresses */
    int64_t backoff, due;               /* the next dial's */
};

struct mesh_network {
    const struct mesh_network_config *config;
    struct tls *tls;
    struct mesh_connection_owner owner;
    struct watch listening;
    struct timer resume; /* accepting, which waits for descriptors */
    char address[ADDRESS_MAX];
    struct mesh_standing *standings; /* by the member's place */
    size_t count, cap;
    struct mesh_connection *strangers[MESH_STRANGERS_MAX];
    uint64_t dropped, chance;
    int64_t read_at; /* when the members file was read last */
    bool paused;
};

/* For watchers; member MESH_NOBODY: nobody known. */
void network_say(const struct mesh_network *n, size_t member, const char *words);

/* Whether it is for us to dial this member: one with a larger key. The others dial us. */
bool network_dials(const struct mesh_network *n, size_t member);

/* Whether it is to be dialed when its time comes. */
bool network_is_due(const struct mesh_network *n, size_t member);

/* Dials it, or looks its name up; or says why not, and puts it off. */
void network_dial(struct mesh_network *n, size_t member);

/* The next dial waits for the back-off and, by chance, up to as long again. */
void network_put_off(struct mesh_network *n, struct mesh_standing *s);

#endif
