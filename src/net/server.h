/*
 * Accepts inbound connections within limits and hands them to their owner.
 *
 * At the limit, the newest idle connection of the most crowded network is dropped first, and useful
 * peers stay. Connections without a hello may take a quarter of the slots; beyond that, the oldest
 * of the network with most of them is dropped.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include "net/link.h"
#include "peers/address.h"
#include "wire/peer_owner.h"

/* Connections by default; at most a quarter of them from one network, this machine's loopback
 * aside. */
#define SERVER_PEERS 1024

struct server_config {
    struct loop *loop;
    struct tls *tls; /* NULL: plain, on loopback only */
    const struct peer_owner *owner;
    size_t peers; /* connections at most */
    /* Whether a peer with this key is allowed; NULL: all are. */
    bool (*allows)(void *who, const uint8_t key[ID_LEN]);
    void *who;
    /* An event for the log, as in gossip/listener.h. NULL: none. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    void *self;
};

struct server;

/* Listens at the address. The config and all that it points to stay the caller's. NULL and trouble.
 */
struct server *server_new(const struct server_config *config, const struct address *at,
                          struct fault *f);

/* Sends bye to all peers, closes their connections, and frees. */
void server_free(struct server *s);

/* HOST:PORT; the port is the one chosen by the system if 0 was given. */
const char *server_address(const struct server *s);

/* Call after every loop_turn, once the input is settled and the owner has had its turn: closes
 * the connections of peers that the owner wants to lose, and sends what is queued. */
void server_turn(struct server *s, int64_t now);

/* Stops or resumes reading and accepting. */
void server_pause(struct server *s, bool paused);

/* Accepts no more connections; open ones are kept. */
void server_close(struct server *s);

#endif
