/* Transactions that nobody signed, for nodes that check no signatures (simpeer/peer_engine.h). */
#ifndef SIMPEER_PEER_TX_H
#define SIMPEER_PEER_TX_H

#include "base/buf.h"
#include "record/field.h"

#define PEER_CHAIN_BYTE 0x11 /* the chain's id is made of */

/* Appends a transaction whose accounts and signature are drawn from a hash of these n bytes, and
 * its newline, and gives its id. 0, or -1: no memory. */
int peer_tx_make(const void *bytes, size_t n, struct buf *out, uint8_t id[ID_LEN]);

#endif
