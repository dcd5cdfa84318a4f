/* The connections of a program as lines, from which node-status(1) learns what a node sees. */
#ifndef GOSSIP_DUPLEX_STATUS_H
#define GOSSIP_DUPLEX_STATUS_H

#include "gossip/duplex.h"

/* Appends, for each connection with a completed handshake that does not only pull,
 *     peer ACCOUNT|- HOST:PORT in|out SINCE USEFUL RTT VERSION ROLES HEIGHT TIP
 * SINCE in Unix seconds, USEFUL new records from it, RTT in ms or `-`, HEIGHT and TIP of its best
 * chain, `-` if it serves no blocks or has not answered for ten seconds; and then
 *     total IN OUT USEFUL
 * now: of the clock of the connections, in ms; time: the same moment in Unix seconds. 0, or -1: no
 * memory. */
int duplex_status(const struct duplex *d, int64_t now, int64_t time, struct buf *out);

#endif
