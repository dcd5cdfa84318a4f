/* From a peer's socket address to a channel that is on its way there. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "net/tls.h"

#include <sys/socket.h>

/* A channel to this address, which channel_open goes on with; t NULL: plain, which is for this
 * machine's loopback addresses alone. NULL and trouble. */
struct channel *channel_dial(struct tls *t, const struct sockaddr_storage *to, socklen_t len,
                             struct fault *f);

#endif
