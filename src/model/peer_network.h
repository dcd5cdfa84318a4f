/*
 * A network of nodes of the engine `peer` (simpeer/peer_engine.h), which are the project's own
 * listener, sender and connections, in virtual time, with which the model of model/epidemic.h is
 * compared. A node takes about 200 KB of memory.
 */
#ifndef MODEL_PEER_NETWORK_H
#define MODEL_PEER_NETWORK_H

#include "base/fault.h"
#include "model/epidemic.h"

#define PEER_NETWORK_NODES_MAX 100000

/* A record that has not reached all this many ms after the network is whole is given up. */
#define PEER_NETWORK_PATIENCE 200000

struct peer_network_setup {
    uint32_t nodes, fanout;
    bool stems;
    enum spread spread;
    uint32_t delay;
    uint32_t part, heal; /* until so many ms after the first record is made, the last `part` nodes
                            are apart from the others */
    uint32_t blocks;     /* of the chain that the first node has and the others pull; 0: none */
    uint64_t seed;
};

struct peer_network;

/* Starts the nodes and lets them connect. NULL and *f: no memory. */
struct peer_network *peer_network_new(const struct peer_network_setup *setup, struct fault *f);
void peer_network_free(struct peer_network *r);

/* Gives a record to the node, and runs until all have it or PEER_NETWORK_PATIENCE is over. course:
 * as of an epidemic, without the hops. 0, or -1 and *f. */
int peer_network_run(struct peer_network *r, uint32_t node, struct epidemic_course *course,
                     struct fault *f);

/* Starts the nodes, and waits until all have pulled the first one's chain; setup->blocks is at
 * least 1. course: as above, from the start on. 0, or -1 and *f. */
int peer_network_pull(const struct peer_network_setup *setup, struct epidemic_course *course,
                      struct fault *f);

#endif
