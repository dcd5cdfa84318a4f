/*
 * The side that is dialed: takes connections as far as its limits go and joins them to a listener
 * (net/listener.h).
 *
 * At the limit, the newest connection of the most crowded network goes first, and peers that were
 * useful stay. Those that have not said hello yet have a quarter of the places; the oldest of them
 * makes room for the next.
 */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include "net/address.h"
#include "net/link.h"
#include "net/listener.h"

#define SERVER_GUESTS                                                                              \
    1024 /* connections, unless told otherwise; a quarter of them from one network                 \
            that is not this machine's loopback */

struct server_config {
    struct loop *loop;
    struct tls *tls; /* NULL: plain, on loopback alone */
    struct listener *listener;
    size_t guests; /* connections at most, LISTENER_GUESTS_MAX at most */
    /* Whether a peer with this key may take part; NULL: any may. */
    bool (*allows)(void *who, const uint8_t key[ID_LEN]);
    void *who;
    /* An event for the log, as in net/listener.h. NULL: none. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    void *self;
};

struct server;

/* Listens at the address. The config and all that it points to stay the caller's. NULL and trouble.
 */
struct server *server_new(const struct server_config *config, const struct address *at,
                          struct fault *f);

/* Says goodbye to all. */
void server_free(struct server *s);

/* HOST:PORT, the port being the one that the system chose where it was asked to. */
const char *server_address(const struct server *s);

/* To be called after every loop_turn, once what came was settled: closes the doomed, keeps the
 * time, sends what waits. */
void server_turn(struct server *s, int64_t now);

/* Stops or goes on reading, and taking connections. */
void server_pause(struct server *s, bool paused, int64_t now);

#endif
