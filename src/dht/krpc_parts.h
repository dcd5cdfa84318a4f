/* What reading and writing of KRPC share. */
#ifndef DHT_KRPC_PARTS_H
#define DHT_KRPC_PARTS_H

#include "dht/krpc.h"

/* The name by which the method calls its target. */
static inline const char *krpc_target_name(enum krpc_method m)
{
    return m == KRPC_GET_PEERS || m == KRPC_ANNOUNCE_PEER ? "info_hash" : "target";
}

#endif
