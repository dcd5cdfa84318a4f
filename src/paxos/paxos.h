/* Paxos (Lamport, "The Part-Time Parliament", 1998; "Paxos Made Simple", 2001): one value, or with
 * a stable leader an order of values (Multi-Paxos). Acceptor, proposer and learner are one node.
 * paxos(1) has the settings, the messages and the rules, and paxos_node.h the state of a node. */
#ifndef PAXOS_PAXOS_H
#define PAXOS_PAXOS_H

#include "consensus/engine.h"

extern const struct engine_type paxos_engine;

#endif
