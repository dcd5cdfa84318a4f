/* A DHT node on the network: its sockets, its timer and its chance. Only programs use this: it
 * exits. */
#ifndef DHTCLI_DHT_WORLD_H
#define DHTCLI_DHT_WORLD_H

#include "dht/node.h"
#include "net/loop.h"
#include "net/udp.h"

enum { DHT_SOCKETS_MAX = 2 }; /* one of each family */

/* All zero at first. */
struct dht_world {
    struct loop *loop;
    struct dht_node *node;
    struct timer timer;
    struct dht_socket {
        struct udp *udp;
        int family;
        struct dht_world *world;
    } sockets[DHT_SOCKETS_MAX];
    size_t socket_count;
};

/* Opens a socket at HOST:PORT. Exits if that fails, or if there is one of its family. */
void dht_world_listen(struct dht_world *w, const char *where);

/* Makes the node. The functions of *host that send and draw are the world's, and its self is w, so
 * a program that needs another has its struct begin with the world. */
void dht_world_start(struct dht_world *w, const struct dht_config *config, struct dht_host *host);

/* Whether it has a socket for addresses of this kind. */
bool dht_world_reaches(const struct dht_world *w, const struct contact *c);

/* The addresses of HOST:PORT that it reaches, at most `max`. Exits if the name has none, which it
 * waits for. */
size_t dht_world_resolve(const struct dht_world *w, const char *where, struct contact *out,
                         size_t max);

/* Waits for what comes next, at most so many milliseconds (-1: for ever), and does it. */
void dht_world_turn(struct dht_world *w, int milliseconds);

void dht_world_free(struct dht_world *w);

#endif
