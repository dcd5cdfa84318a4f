/*
 * A node of Mainline's DHT (dht(7)): BEP 5, 32, 42, 43, 44 and 51, in both roles. It is a step
 * function: datagrams and the time go in, datagrams and the next deadline come out. It opens
 * nothing, reads no clock, and draws no chance but the host's.
 *
 * Addresses are struct contact with an id that means nothing. Times are in milliseconds, from any
 * start, and never go back.
 */
#ifndef DHT_NODE_H
#define DHT_NODE_H

#include "dht/item.h"
#include "dht/item_store.h"
#include "dht/peer_store.h"
#include "lookup/routing_table.h"

enum {
    DHT_K = 8,             /* contacts in a reply, and nodes that a key is stored at */
    DHT_SEARCHES_MAX = 64, /* at a time */
    DHT_BOOTS_MAX = 64,    /* addresses to begin with */
};

struct dht_node;

/* What the node has of the world. Only send and random may not be NULL. */
struct dht_host {
    void (*send)(void *self, const struct contact *to, const void *bytes, size_t n);
    void (*random)(void *self, void *out, size_t n); /* bytes that nobody can guess */
    /* The lookup of our own id has ended: others know us, if there are any. */
    void (*ready)(void *self, size_t contacts);
    void (*announced)(void *self, const struct node_id *key, const struct contact *peer);
    void (*stored)(void *self, const struct dht_item *item);
    void (*renamed)(void *self, uint8_t host_len); /* our id of this family (BEP 42) */
    void (*queried)(void *self, const struct contact *from, const struct krpc *query);
    void *self;
};

struct dht_config {
    struct node_id ids[2]; /* by IPv4, and by IPv6 (BEP 32): BEP 42 binds each to an address */
    bool read_only;        /* BEP 43: asks, and answers nothing */
    bool bound_ids;        /* refuse contacts whose ids BEP 42 does not allow */
    bool is_bound;         /* our own ids may change, to follow our addresses */
    int64_t queries;       /* a second, from one address; 0: any number */
    int64_t wall_time;     /* Unix time in ms when `now` is 0, for what the stores keep */
};

/* NULL: no memory. ed25519_load must have succeeded. */
struct dht_node *dht_node_new(const struct dht_config *config, const struct dht_host *host,
                              int64_t now);
void dht_node_free(struct dht_node *n);

/* A datagram has come. */
void dht_node_received(struct dht_node *n, const struct contact *from, const void *bytes,
                       size_t len, int64_t now);

/* Does what is due; and when something is next. */
void dht_node_tick(struct dht_node *n, int64_t now);
int64_t dht_node_due(const struct dht_node *n);

/* An address to begin with, whatever its id; asked until somebody answers. False: there are too
 * many. */
bool dht_node_meet(struct dht_node *n, const struct contact *boot, int64_t now);

/* A contact from before, with its id: it is asked whether it is still there, and the first of them
 * are addresses to begin with, too. */
void dht_node_know(struct dht_node *n, const struct contact *c, int64_t now);

/* --- Searches --------------------------------------------------------------------------------- */

/* What became of a search. */
struct dht_outcome {
    unsigned asked, answered; /* nodes */
    unsigned hops;            /* of the nearest node that answered */
    unsigned stored;          /* nodes that accepted what was announced or put */
    unsigned refused;         /* ... and that did not */
    int64_t code;             /* an enum krpc_code of one of these; 0: none */
};

/* What to look for. Functions may be NULL; they may not start searches or free the node, except
 * `done`, which may start one. */
struct dht_goal {
    enum krpc_method method; /* KRPC_FIND_NODE, KRPC_GET_PEERS or KRPC_GET */
    struct node_id target;
    uint8_t host_len; /* of the contacts that are asked: 4 or 16 */
    bool announce;    /* a peer at this port; 0: the port that we send from */
    uint16_t port;
    const struct dht_item *item; /* to put; copied. NULL: none */
    struct krpc_number cas;      /* of the put */
    uint8_t salt[ITEM_SALT_MAX]; /* of the mutable item that is looked for */
    size_t salt_len;

    void (*asked)(void *self, const struct contact *node, unsigned hop);
    void (*answered)(void *self, const struct contact *node, const struct krpc *reply);
    void (*peer)(void *self, const struct contact *peer);
    void (*item_found)(void *self, const struct dht_item *item); /* checked; of any seq */
    void (*done)(void *self, const struct dht_outcome *outcome);
    void *self;
};

/* Starts a search, which begins as soon as a contact is known. 0, or -1: too many, or no memory. */
int dht_node_search(struct dht_node *n, const struct dht_goal *goal, int64_t now);

/* --- What it knows, for the files ------------------------------------------------------------- */

/* host_len: 4 or 16, here and below. */
const struct node_id *dht_node_id(const struct dht_node *n, uint8_t host_len);
const struct routing_table *dht_node_table(const struct dht_node *n, uint8_t host_len);
struct dht_peers *dht_node_peers(struct dht_node *n);
struct dht_items *dht_node_items(struct dht_node *n);

/* The time for the stores. */
int64_t dht_node_wall(const struct dht_node *n, int64_t now);

/* Changes each time that something was stored. */
uint64_t dht_node_version(const struct dht_node *n);

#endif
