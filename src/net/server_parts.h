/* Shared by server*.c only. */
#ifndef NET_SERVER_PARTS_H
#define NET_SERVER_PARTS_H

#include "net/server.h"
#include "peers/netgroups.h"

/* A connection. */
struct connection {
    struct link *link;
    void *peer;   /* the owner's; NULL: the handshake is not complete */
    size_t place; /* among the connections */
    uint64_t network;
    int64_t since;
    struct netgroup_member member;
    struct netgroup_member bare;   /* while it has sent nothing */
    struct netgroup_member silent; /* ... and then no hello */
    char address[ADDRESS_MAX];
};

struct server {
    const struct server_config *config;
    struct link_owner link_owner;
    struct watch watch;
    char address[ADDRESS_MAX];
    struct connection **connections;
    size_t count;
    struct netgroups *groups, *bare, *silent;
    struct timer resume; /* accepting */
    bool paused, resting;
};

/* --- server_limits.c --- */

/* Moves a connection from those that have sent nothing to those without a hello, or out of them. */
void server_update_groups(struct server *s, struct connection *c);

/* Closes it, with this word of bye (NULL: none) and for this reason. */
void connection_drop(struct connection *c, const char *word, const char *why);

/* Whether there is a place for one more connection, which is freed if there was none. */
bool server_make_room(struct server *s, const struct sockaddr *from);

#endif
