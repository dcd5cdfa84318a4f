/* The side that dials: keeps links to a few peers out of files and addresses, by a dialer's choice,
 * and hands what they say to whoever knows what to do with it. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/dialer.h"
#include "net/link.h"

/* What the client's owner does with peers. */
struct client_owner {
    /* A peer has answered (account NULL: plain): gives what the role is handed as self, and its
     * session; NULL and a fault: it is not wanted. */
    void *(*join)(void *self, const char *who, const uint8_t *account, struct session **session,
                  struct fault *f);
    /* It is gone. */
    void (*leave)(void *self, void *peer, const struct fault *why);
    /* Whether it is to be closed, and why. */
    const struct fault *(*doomed)(void *self, void *peer);
    void (*log)(void *self, const char *who, const char *event, const char *words); /* NULL: none */
    struct session_role role;
    void *self;
};

struct client_config {
    struct loop *loop;
    struct tls *tls; /* NULL: plain, to loopback addresses alone */
    uint8_t chain[ID_LEN];
    bool has_chain;
    char **operands; /* peers files, HOST:PORT, KEY@HOST:PORT */
    size_t operands_count;
    size_t fanout;
    /* Whether a peer with this key may take part; NULL: any may. */
    bool (*allows)(void *who, const uint8_t key[ID_LEN]);
    void *who;
    uint64_t seed;
    const struct client_owner *owner;
};

struct client;

/* The config and all that it points to stay the caller's. NULL and a fault: an operand that is
 * neither a file nor an address. */
struct client *client_new(const struct client_config *config, struct fault *f);
void client_free(struct client *c);

/* To be called after every loop_turn: reads files that have changed, dials, closes the doomed,
 * keeps the time, sends what waits. 0, or -1 and trouble. */
int client_turn(struct client *c, int64_t now, struct fault *f);

/* How long the next loop_turn may wait. */
int client_wait(const struct client *c, int64_t now);

/* Peers that have said hello. */
size_t client_peers(const struct client *c);

/* Stops or goes on reading from them. */
void client_pause(struct client *c, bool paused);

/* Whether every operand is an address, and each of them has failed once. */
bool client_hopeless(const struct client *c);

#endif
