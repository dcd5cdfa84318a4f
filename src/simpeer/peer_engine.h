/*
 * The engine `peer`: a node of gossip(7) as gossip(1) makes it, of the same listener, sender and
 * duplex connections, as a process of the simulator. Signatures are not checked, and its own
 * programs let every record through.
 *
 * Settings: fanout=COUNT (peers that it dials, chosen among the members by its seed; default 8),
 * stems=yes|no (Dandelion++; default no), bytes=COUNT (of records held; default 1048576),
 * blocks=COUNT (the first member has a chain of so many, which the others pull; default none).
 *
 * What is proposed to it becomes a transaction that nobody signed, the same for the same proposal
 * and text. Notes: `made ID` for such a record, `have ID` for one that it prints, both with the
 * first 16 digits of the id; `stem ID NAME` when it sends one along a stem; `closed NAME WHY` for a
 * connection; `height COUNT` when a pull has brought blocks. It commits nothing, for gossip agrees
 * on no order.
 */
#ifndef SIMPEER_PEER_ENGINE_H
#define SIMPEER_PEER_ENGINE_H

#include "consensus/engine.h"

#define PEER_TICK 1000 /* ms between looks at its timers */

extern const struct engine_type peer_engine;

#endif
