/*
 * Connections to all other members: TLS 1.3 with both keys, ALPN `mesh/1`, one for each pair,
 * dialed by the member whose key is the smaller one; messages in order. What cannot be delivered is
 * dropped: engines send again what matters.
 *
 * On a connection there are only `message FROM COUNT` items of process(7), FROM being the sender.
 */
#ifndef MESH_NETWORK_H
#define MESH_NETWORK_H

#include "mesh/members.h"
#include "net/loop.h"
#include "net/tls.h"
#include "process/text.h"

/* Bytes that may wait for a member; a message that comes when there are more is dropped. */
#define MESH_QUEUE_MAX (16 << 20)

struct mesh_network;

struct mesh_network_config {
    struct loop *loop;
    const struct secret_key *key; /* needed by mesh_network_new only */
    struct mesh_members *members;
    const char *path;           /* of the members file, which is read again for an unknown key */
    const struct address *bind; /* NULL: at our address in the members file */
    uint64_t seed;
    /* A message of a member: the item's text. 0, or -1: no memory. */
    int (*message)(void *self, const char *text, size_t n);
    /* News for watchers. who NULL: no known member. */
    void (*log)(void *self, const char *who, const char *words);
    void *self;
};

/* Listens and begins to dial. The config and all that it points to stay the caller's. NULL and
 * trouble. */
struct mesh_network *mesh_network_new(const struct mesh_network_config *config, struct fault *f);
void mesh_network_free(struct mesh_network *n);

/* HOST:PORT where it listens. */
const char *mesh_network_address(const struct mesh_network *n);

/* Queues a message's lines for the member with this name, or, if that is `*`, for all others. */
void mesh_network_send(struct mesh_network *n, struct field to, struct field lines);

/* Call after each loop_turn: sends what is queued, dials, gives up handshakes that take too long.
 */
void mesh_network_turn(struct mesh_network *n, int64_t now);

/* How long the next loop_turn may wait, in ms; -1: for ever. */
int mesh_network_wait(const struct mesh_network *n, int64_t now);

/* Stops or resumes reading from all members. */
void mesh_network_pause(struct mesh_network *n, bool paused);

/* How many members are connected, and how many messages were dropped. */
size_t mesh_network_connected(const struct mesh_network *n);
uint64_t mesh_network_dropped(const struct mesh_network *n);

#endif
