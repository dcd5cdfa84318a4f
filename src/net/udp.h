/* A UDP socket in the poll loop: sends and receives datagrams of a bounded size. What cannot be
 * sent or received at once is dropped, as any datagram may be. */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "net/loop.h"
#include "peers/address.h"

#include <sys/socket.h>

/* Bytes of a datagram: 1500, the MTU of Ethernet, less the headers of IPv6 and UDP. */
#define UDP_MAX 1452

struct udp;

struct udp_owner {
    /* A datagram has arrived from this address, n bytes (at most UDP_MAX); all is valid during the
     * call. It may free the socket. */
    void (*received)(void *self, const struct sockaddr *from, socklen_t from_len,
                     const uint8_t *bytes, size_t n);
    void *self;
};

/* A socket at the address. The owner is copied. NULL and trouble. */
struct udp *udp_new(struct loop *loop, const struct address *at, const struct udp_owner *owner,
                    struct fault *f);
void udp_free(struct udp *u);

/* HOST:PORT; the port is the one chosen by the system if 0 was given. */
const char *udp_address(const struct udp *u);

/* Sends n bytes, at most UDP_MAX. Whether the system accepted them; they may still be lost. */
bool udp_send(struct udp *u, const struct sockaddr *to, socklen_t to_len, const void *bytes,
              size_t n);

#endif
