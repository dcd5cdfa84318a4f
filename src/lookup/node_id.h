/* Ids of nodes and keys, 160 bits, and their XOR distance (Maymounkov and Mazieres, "Kademlia: A
 * Peer-to-peer Information System Based on the XOR Metric", 2002, section 2.1; BEP 5). */
#ifndef LOOKUP_NODE_ID_H
#define LOOKUP_NODE_ID_H

#include <stdbool.h>
#include <stdint.h>

#define NODE_ID_LEN 20
#define NODE_ID_BITS 160

/* Big-endian: bit 0 is the most significant bit of the first byte. */
struct node_id {
    uint8_t bytes[NODE_ID_LEN];
};

bool node_id_equal(const struct node_id *a, const struct node_id *b);

/* Below, at or above 0: a is nearer to the target than b, as near (so equal), farther. */
int node_id_compare(const struct node_id *target, const struct node_id *a, const struct node_id *b);

/* How many bits a and b begin with in common: 0 to NODE_ID_BITS. */
unsigned node_id_common(const struct node_id *a, const struct node_id *b);

/* The id that has the first `bits` bits of `head`, and the others of `tail`. */
struct node_id node_id_join(const struct node_id *head, unsigned bits, const struct node_id *tail);

/* The id with this bit changed, which is below NODE_ID_BITS. */
struct node_id node_id_flip(struct node_id id, unsigned bit);

#endif
