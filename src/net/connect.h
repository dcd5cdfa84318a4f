/* Connects to a peer's socket address, without blocking. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "net/tls.h"

#include <sys/socket.h>

/* A channel to this address, to be continued with channel_open. t NULL: plain, for this machine's
 * loopback addresses only. NULL and trouble. */
struct channel *channel_dial(struct tls *t, const struct sockaddr_storage *to, socklen_t len,
                             struct fault *f);

#endif
