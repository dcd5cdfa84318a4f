/* Shared by the files of peers/address. */
#ifndef PEERS_ADDRESS_PARTS_H
#define PEERS_ADDRESS_PARTS_H

#include "peers/address.h"

/* The bytes of a socket address. */
struct address_bytes {
    uint8_t at[16];
    int family; /* AF_INET: 4 of them; AF_INET6: 16; others: none */
    uint16_t port;
};

/* One mapped into IPv6 becomes its IPv4 address. */
struct address_bytes address_bytes_of(const struct sockaddr *sa);

#endif
