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

struct static_net {
    uint32_t nodes;
    unsigned k;
    uint64_t seed;
    struct node_id *ids; /* ascending */
    uint8_t *dead;       /* one a node */
};

/* 2 to STATIC_NET_MAX nodes, of which this share is dead (ppm); buckets of k places. 0, or -1 and
 * no memory. */
int static_net_make(struct static_net *n, uint32_t nodes, unsigned k, uint32_t dead, uint64_t seed,
                    struct fault *f);
void static_net_free(struct static_net *n);

/* The contact of a node, which has a network of its own, and the node of a contact. */
struct contact static_net_contact(const struct static_net *n, uint32_t node);
uint32_t static_net_node(const struct contact *c);

/* The live node nearest to the target, except for one; nodes: there is none. */
uint32_t static_net_nearest(const struct static_net *n, const struct node_id *target,
                            uint32_t except);

/* Up to `max` nearest to the target that a node knows. */
size_t static_net_closest(const struct static_net *n, uint32_t node, const struct node_id *target,
                          struct contact *out, size_t max);

/* How many contacts its table has. */
size_t static_net_table_size(const struct static_net *n, uint32_t node);

#endif
