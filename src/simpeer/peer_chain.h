/*
 * A chain of blocks for nodes of the engine `peer` to serve and to pull: the same for all, so that
 * a node keeps only the ids of those that it has. Each block has one transaction, and no proof
 * of work.
 */
#ifndef SIMPEER_PEER_CHAIN_H
#define SIMPEER_PEER_CHAIN_H

#include "gossip/puller.h"
#include "gossip/view.h"

#define PEER_BLOCKS_MAX 100000

/* All zero is a chain of the genesis block alone, whose id is that of the chain. */
struct peer_chain {
    uint8_t (*ids)[ID_LEN]; /* from height 1 on */
    size_t height, cap;
    struct buf scratch;
};

void peer_chain_free(struct peer_chain *c);

/* Adds the next of all blocks. 0, or -1: no memory. */
int peer_chain_grow(struct peer_chain *c);

/* Adds these whole blocks, n bytes; those that are here are passed over. 0; or -1 and *f:
 * FAULT_RULE if one is not that which follows, else trouble. */
int peer_chain_take(struct peer_chain *c, const char *text, size_t n, struct fault *f);

/* The chain for a listener, and for a puller. */
struct view peer_chain_view(struct peer_chain *c);
struct puller_chain peer_chain_pulled(struct peer_chain *c);

#endif
