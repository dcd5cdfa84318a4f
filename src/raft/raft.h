/* Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014; Ongaro,
 * "Consensus: Bridging Theory and Practice", 2014). raft(1) has the settings, the messages and the
 * rules; raft_node.h has the state of a node and says which file does what. */
#ifndef RAFT_RAFT_H
#define RAFT_RAFT_H

#include "consensus/engine.h"

extern const struct engine_type raft_engine;

#endif
