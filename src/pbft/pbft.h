/* PBFT (Castro and Liskov, "Practical Byzantine Fault Tolerance", OSDI 1999; "Practical Byzantine
 * Fault Tolerance and Proactive Recovery", ACM TOCS 20(4), 2002): an order of records among
 * members of which fewer than a third, by weight, may do anything.
 *
 * Nothing is signed: a carrier tells who sent a message, and what a message says of a third node
 * counts only if enough others say the same (TOCS 2002, section 3.2.4, view changes with
 * acknowledgements). pbft(1) has the settings, the messages and the rules, and pbft_node.h the
 * state of a node. */
#ifndef PBFT_PBFT_H
#define PBFT_PBFT_H

#include "consensus/engine.h"

extern const struct engine_type pbft_engine;

#endif
