/* peer: a node's signed statement that it can be reached at an address (peers(5)). */
#ifndef RECORD_PEER_H
#define RECORD_PEER_H

#include "record/signed.h"

#define PEER_ADDRESS_MAX 261 /* bytes of HOST:PORT */

struct peer {
    struct signed_line line;
    struct field address; /* HOST:PORT */
    int64_t time;
};

/* Parses a line that line_check let through; *p points into it. It checks only the outline of the
 * address (something, a colon, one to five digits; at most PEER_ADDRESS_MAX bytes): peers/address.h
 * checks the host. The signature is not checked. 0, or -1 and a rule that begins with "peer: ". */
int peer_parse(const char *line, size_t len, struct peer *p, struct fault *f);

/* Appends the unsigned line, without a newline. Uses the line's chain and signer, address and time.
 * 0, or -1: no memory. */
int peer_format(const struct peer *p, struct buf *out);

#endif
