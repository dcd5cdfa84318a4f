/* Sockets at an address of this machine. */
#ifndef NET_BIND_H
#define NET_BIND_H

#include "base/fault.h"
#include "peers/address.h"

/* A non-blocking socket of this type (SOCK_STREAM: listening; SOCK_DGRAM) at the first of HOST's
 * addresses where there can be one; port 0: the system chooses. only_loopback: the
 * reason for which addresses of other networks are refused; NULL: they are not. -1 and trouble. */
int bind_socket(const struct address *at, int type, const char *only_loopback, struct fault *f);

/* Where the socket is, as HOST:PORT. 0, or -1 and trouble. */
int bind_name(int fd, char name[ADDRESS_MAX], struct fault *f);

#endif
