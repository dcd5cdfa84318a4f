/* Connects to a peer's socket address, without blocking. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "net/tls.h"

#include <sys/socket.h>

/* A channel that connects to this address; channel_open continues that. t NULL: a plain channel,
 * which only a loopback address may have. NULL and trouble. */
struct channel *channel_dial(struct tls *t, const struct sockaddr_storage *to, socklen_t len,
                             struct fault *f);

#endif
