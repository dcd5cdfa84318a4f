/* A contact: the id of a node, and the address of its UDP port. */
#ifndef LOOKUP_CONTACT_H
#define LOOKUP_CONTACT_H

#include "lookup/node_id.h"

struct contact {
    struct node_id id;
    uint8_t host[16]; /* in network order; the rest is 0 */
    uint8_t host_len; /* 4: IPv4; 16: IPv6; 0: this is no contact */
    uint16_t port;    /* not 0 */
};

/* Whether this address, which a contact with the address of `teller` has told, may be sent to:
 * none of no host or of many (0/8, 224/3; ::, ff00::/8, mapped IPv4), and a local one only if the
 * teller is local, too. */
bool contact_is_believed(const struct contact *c, const struct contact *teller);

/* Whether host and port are the same. */
bool contact_same_address(const struct contact *a, const struct contact *b);

/* The same in id, too. */
bool contact_equal(const struct contact *a, const struct contact *b);

/* Whether both are in one network, whose addresses one person can have all of: a /24 of IPv4, a /64
 * of IPv6 (libtorrent pull request 3573). */
bool contact_same_network(const struct contact *a, const struct contact *b);

/* Whether the address is of a network that is not on the Internet, so rules about addresses say
 * nothing of it (BEP 42): loopback, link-local, private; IPv6: also unique local. */
bool contact_is_local(const struct contact *c);

#endif
