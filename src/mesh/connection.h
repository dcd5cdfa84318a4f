/* A connection to a member: its handshake, its queue, and the messages that come. */
#ifndef MESH_CONNECTION_H
#define MESH_CONNECTION_H

#include "net/loop.h"
#include "net/tls.h"
#include "process/text.h"

struct mesh_connection;

struct mesh_connection_owner {
    /* The handshake is complete. Gives the name of the member whose key it is, as its messages have
     * it, which is copied; or NULL and a rule, and the connection is closed. */
    const char *(*opened)(void *self, struct mesh_connection *c, struct fault *f);
    /* A message: the item's text. 0, or -1: no memory. */
    int (*message)(void *self, const char *text, size_t n);
    /* It has ended, and is freed when this returns. */
    void (*closed)(void *self, struct mesh_connection *c, const struct fault *why);
    void *self;
};

/* Takes over the channel. NULL: no memory, and the channel is closed. */
struct mesh_connection *mesh_connection_new(struct loop *loop, struct channel *channel,
                                            const struct mesh_connection_owner *owner, void *tag);

/* The tag it was made with; the peer's key, once open; whether the handshake is complete; and when
 * the connection was made (loop_now). */
void *mesh_connection_tag(const struct mesh_connection *c);
const uint8_t *mesh_connection_key(const struct mesh_connection *c);
bool mesh_connection_is_open(const struct mesh_connection *c);
int64_t mesh_connection_since(const struct mesh_connection *c);

/* Queues `message FROM COUNT` and its lines, unless more than `most` bytes wait already. Whether it
 * did. */
bool mesh_connection_send(struct mesh_connection *c, const struct process_item *message,
                          size_t most);

/* Sends what is queued, as far as it can; may close it. */
void mesh_connection_push(struct mesh_connection *c);

void mesh_connection_pause(struct mesh_connection *c, bool paused);

/* Ends it and tells the owner. */
void mesh_connection_close(struct mesh_connection *c, const struct fault *why);

#endif
