/* The side that dials: keeps links to a few peers out of files and addresses, by a dialer's choice,
 * and hands what they say to whoever knows what to do with it. */
#ifndef NET_CLIENT_H
#define NET_CLIENT_H

#include "net/dialer.h"
#include "net/link.h"

/* What becomes of the target of a peer that is gone. */
enum client_next {
    CLIENT_AGAIN, /* it is dialed again, after a pause */
    CLIENT_DONE,  /* it gave what it had: nobody is dialed in its place */
    CLIENT_NEVER, /* it is not dialed again, but another may be */
    CLIENT_BAN,   /* nor is its key taken again, whatever the address */
    CLIENT_LATER, /* client_part will tell; until then it keeps its place */
};

/* What the client's owner does with peers. */
struct client_owner {
    /* A peer has answered (account NULL: plain) at this address, which stays good until it has left
     * for good: gives what the role is handed as self, and its session; NULL and a fault: it is not
     * wanted. */
    void *(*join)(void *self, const char *address, const uint8_t *account, struct session **session,
                  struct fault *f);
    /* It is gone. */
    enum client_next (*leave)(void *self, void *peer, const struct fault *why);
    /* Whether it is to be closed, and why. It hears its session's word, else "bad". */
    const struct fault *(*doomed)(void *self, void *peer);
    /* A call came to nothing: nobody said hello. account: the key that answered, if one did. NULL:
     * nobody is told. Whoever joined has left before. The kind is FAULT_NONE where this peer is
     * connected already. */
    void (*unreached)(void *self, const char *address, const uint8_t *account,
                      const struct fault *why);
    /* Something is wrong with a peers file, which is used all the same. NULL: nobody is told. */
    void (*complain)(void *self, const char *words);
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
    bool once;       /* what was not reached is not dialed again; peers files must be there */
    bool ourselves;  /* an operand may lead to ourselves */
    int64_t opening; /* ms from dialing to hello; 0: as long as its steps may take */
    /* Whether a peer with this key may take part; NULL: any may. */
    bool (*allows)(void *who, const uint8_t key[ID_LEN]);
    void *who;
    uint64_t seed;
    const struct client_owner *owner;
};

struct client;

/* The config and all that it points to stay the caller's. NULL and trouble: an operand that is
 * neither a file nor an address. */
struct client *client_new(const struct client_config *config, struct fault *f);

/* Closes all; who is joined leaves. */
void client_free(struct client *c);

/* To be called after every loop_turn: reads files that have changed, dials, closes the doomed,
 * keeps the time, sends what waits. 0, or -1 and trouble. */
int client_turn(struct client *c, int64_t now, struct fault *f);

/* How long the next loop_turn may wait. */
int client_wait(const struct client *c, int64_t now);

/* Stops or goes on reading from a peer. */
void client_pause(struct client *c, const void *peer, bool paused);

/* What becomes of a peer that has left, where its owner said CLIENT_LATER. */
void client_part(struct client *c, const void *peer, enum client_next next);

/* Whether nobody is called, nor will be unless a file changes. */
bool client_over(const struct client *c, int64_t now);

#endif
