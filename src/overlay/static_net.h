/*
 * A Kademlia network that stands still: nodes whose ids are drawn, some of which are dead, and
 * whose routing tables (lookup/routing_table.h) know as many of each bucket as it has places, drawn
 * from all that belong there, dead or not. The table of a node is made when it is asked for, always
 * the same, so 100,000 nodes take a few megabytes.
 */
#ifndef OVERLAY_STATIC_NET_H
#define OVERLAY_STATIC_NET_H

#include "base/fault.h"
#include "lookup/lookup.h"
#include "lookup/routing_table.h"

#define STATIC_NET_MAX (1U << 20) /* nodes */
#define STATIC_NET_SYBILS_MAX 10000

struct static_net_setup {
    uint32_t nodes; /* 2 to STATIC_NET_MAX */
    unsigned k;     /* places a bucket */
    uint32_t dead;  /* the share of nodes that are (ppm); one always lives */
    uint64_t seed;
    bool bound_ids;     /* nodes have ids that BEP 42 allows, and refuse others */
    bool one_a_network; /* for tables: lookup/routing_table.h */
    /* An attacker's nodes besides, with ids as near to the key as is possible. */
    uint32_t sybils;   /* at most STATIC_NET_SYBILS_MAX */
    uint32_t networks; /* of so many /24s; 0: each of its own */
    bool poison;       /* half of the contacts that they name are nobody, nearer than they are */
    struct node_id key;
};

struct static_node {
    struct contact contact; /* with a /24 of its own, unless it is a Sybil */
    bool dead, sybil;
};

struct static_net {
    struct static_net_setup setup;
    uint32_t count;            /* of all nodes */
    struct static_node *nodes; /* in order of their ids */
};

/* 0, or -1 and no memory. */
int static_net_make(struct static_net *n, const struct static_net_setup *setup, struct fault *f);
void static_net_free(struct static_net *n);

/* The node of a contact; n->count: there is none. */
uint32_t static_net_node(const struct static_net *n, const struct contact *c);

/* The honest live node nearest to the target, except for one; n->count: there is none. */
uint32_t static_net_nearest(const struct static_net *n, const struct node_id *target,
                            uint32_t except);

/* Up to `max` nearest to the target that a node names: of those that it knows; a Sybil, of the
 * Sybils, and if they poison, half of them nobody's. */
size_t static_net_closest(const struct static_net *n, uint32_t node, const struct node_id *target,
                          struct contact *out, size_t max);

/* How many contacts its table has. */
size_t static_net_table_size(const struct static_net *n, uint32_t node);

#endif
