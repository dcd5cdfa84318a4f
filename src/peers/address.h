/* HOST:PORT: where a peer listens. HOST is an IPv4 address, an IPv6 address in brackets, or a name
 * (RFC 1123: letters, digits, hyphens and dots); PORT is 1 to 65535 in decimal. */
#ifndef PEERS_ADDRESS_H
#define PEERS_ADDRESS_H

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

/* Parses n bytes of HOST:PORT. Port 0 is allowed only with any_port, for a listener that lets the
 * system choose. 0, or -1 and a rule that begins with "address: ". */
int address_parse(const char *text, size_t n, bool any_port, struct address *a, struct fault *f);

/* The socket address of a numeric address: 0 and *len; -1 if HOST is a name. */
int address_numeric(const struct address *a, struct sockaddr_storage *out, socklen_t *len);

/* HOST:PORT of a socket address; one mapped into IPv6 is written as its IPv4 address. */
void address_format(const struct sockaddr *sa, char out[ADDRESS_MAX]);

/* Whether a socket address is in this machine's loopback network (127.0.0.0/8, ::1, and the former
 * mapped into IPv6). */
bool address_is_loopback(const struct sockaddr *sa);

/* How far an address reaches, by the registries of special-purpose addresses that IANA keeps for
 * IPv4 and IPv6 (RFC 6890). */
enum address_scope {
    ADDRESS_GLOBAL,
    ADDRESS_LOOPBACK,
    ADDRESS_PRIVATE, /* private use, carrier-grade NAT, unique local */
    ADDRESS_TEST,    /* documentation and benchmarking, which tests use as their Internet */
    ADDRESS_NEVER,   /* no peer's: link-local, multicast, broadcast, unspecified, reserved ... */
    ADDRESS_NAME,    /* not known until the name is resolved */
};

/* The scope of a socket address. An IPv6 address that embeds an IPv4 address (mapped, NAT64, 6to4,
 * Teredo) has the scope of that one. *range, unless NULL, becomes the name of the range. */
enum address_scope address_scope(const struct sockaddr *sa, const char **range);

/* The same for an address as text. "localhost" and names below it are loopback (RFC 6761). */
enum address_scope address_scope_of(const struct address *a, const char **range);

/* The network group of a socket address: a number made from its family and its first 16 bits (IPv4)
 * or 32 bits (IPv6). An IPv6 address that embeds an IPv4 address counts as that one. Never 0. */
uint64_t address_network(const struct sockaddr *sa);

/* The same for an address as text. All names are in one network, since the owner of a domain can
 * make as many as they like. */
uint64_t address_network_of(const struct address *a);

/* Writes the canonical form of an address, the same for all its spellings: a numeric one as
 * address_format does, a name in lowercase. */
void address_canonical(const struct address *a, char out[ADDRESS_MAX]);

#endif
