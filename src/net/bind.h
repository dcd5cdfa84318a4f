/* Sockets at an address of this machine. */
#ifndef NET_BIND_H
#define NET_BIND_H

#include "base/fault.h"
#include "peers/address.h"

/* A non-blocking socket of this type (SOCK_STREAM, then listening; or SOCK_DGRAM), bound to the
 * first of HOST's addresses that allows it. Port 0: the system chooses. only_loopback: if not NULL,
 * addresses that are not loopback are refused for this reason. The descriptor, or -1 and
 * trouble. */
int bind_socket(const struct address *at, int type, const char *only_loopback, struct fault *f);

/* The address that the socket is bound to, as HOST:PORT. 0, or -1 and trouble. */
int bind_name(int fd, char name[ADDRESS_MAX], struct fault *f);

#endif
