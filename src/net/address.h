/* HOST:PORT: where a peer listens. HOST is an IPv4 address, an IPv6 address in brackets, or a name
 * (RFC 1123: letters, digits, hyphens and dots); PORT is 1 to 65535 in decimal. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_MAX 262 /* bytes of HOST:PORT with its NUL */

struct address {
    char text[ADDRESS_MAX]; /* HOST:PORT as written, with a NUL */
    char host[256];         /* without brackets */
    uint16_t port;
};

/* Parses n bytes. Port 0 is allowed only with any_port (a listener that lets the system choose). 0,
 * or -1 and a rule that begins with "address: ". */
int address_parse(const char *text, size_t n, bool any_port, struct address *a, struct fault *f);

/* The socket address of a numeric address: 0 and *len; -1 if HOST is a name. */
int address_numeric(const struct address *a, struct sockaddr_storage *out, socklen_t *len);

/* HOST:PORT of a socket address; one mapped into IPv6 is written as its IPv4 address. */
void address_format(const struct sockaddr *sa, char out[ADDRESS_MAX]);

/* Whether a socket address is in this machine's loopback network (127.0.0.0/8, ::1, and the former
 * mapped into IPv6). */
bool address_is_loopback(const struct sockaddr *sa);

/* The network that a socket address is counted in: its family and its first 16 bits (IPv4) or 32
 * bits (IPv6). An IPv4 address mapped into IPv6 counts as itself. Never 0. */
uint64_t address_network(const struct sockaddr *sa);

/* The same for an address in text form; a name counts by its hash. */
uint64_t address_network_of(const struct address *a);

#endif
