/* What a program for Maelstrom is told at its start (jepsen-io/maelstrom, doc/protocol.md,
 * "Initialization"; doc/workloads.md, "Topology"). */
#ifndef MAELSTROM_MAELSTROM_INIT_H
#define MAELSTROM_MAELSTROM_INIT_H

#include "consensus/engine.h"

#include <jansson.h>

/* The bodies of `init`, with the node's name and those of all members, and of `topology`, with each
 * member's neighbours in a square grid. The caller's. NULL: no memory. */
json_t *maelstrom_init_body(const struct engine_setup *e);
json_t *maelstrom_topology_body(const struct engine_setup *e);

#endif
