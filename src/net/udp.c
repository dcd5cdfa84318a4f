#include "net/udp.h"

#include "net/bind.h"

#include <stdlib.h>
#include <unistd.h>

enum { RECEIVES_MAX = 64 }; /* per turn, so that others are not kept waiting */

struct udp {
    struct udp_owner owner;
    struct watch watch;
    char address[ADDRESS_MAX];
    bool *freed; /* during a call of the owner: where to say that it freed the socket */
};

/* Gives the owner a datagram. Whether the socket is still there. */
static bool give(struct udp *u, const struct sockaddr *from, socklen_t from_len,
                 const uint8_t *bytes, size_t n)
{
    bool freed = false;
    u->freed = &freed;
    u->owner.received(u->owner.self, from, from_len, bytes, n);
    if (!freed)
        u->freed = NULL;
    return !freed;
}

/* An error is about a datagram sent before, such as a port where nobody listens. */
static void ready(void *self, unsigned events)
{
    struct udp *u = self;
    (void)events;
    for (int i = 0; i < RECEIVES_MAX; i++) {
        uint8_t bytes[UDP_MAX + 1]; /* the last shows that one is too long */
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(u->watch.fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &len);
        if (n < 0)
            return;
        if (n <= UDP_MAX && !give(u, (struct sockaddr *)&from, len, bytes, (size_t)n))
            return;
    }
}

struct udp *udp_new(struct loop *loop, const struct address *at, const struct udp_owner *owner,
                    struct fault *f)
{
    struct udp *u = calloc(1, sizeof *u);
    if (!u) {
        fault_memory(f);
        return NULL;
    }
    *u = (struct udp){.owner = *owner};
    u->watch = (struct watch){.ready = ready, .self = u};
    u->watch.fd = bind_socket(at, SOCK_DGRAM, NULL, f);
    if (u->watch.fd >= 0 && bind_name(u->watch.fd, u->address, f) == 0 &&
        loop_watch(loop, &u->watch, LOOP_READ, f) == 0)
        return u;
    udp_free(u);
    return NULL;
}

void udp_free(struct udp *u)
{
    if (!u)
        return;
    if (u->freed)
        *u->freed = true;
    loop_unwatch(&u->watch);
    if (u->watch.fd >= 0)
        close(u->watch.fd);
    free(u);
}

const char *udp_address(const struct udp *u)
{
    return u->address;
}

bool udp_send(struct udp *u, const struct sockaddr *to, socklen_t to_len, const void *bytes,
              size_t n)
{
    return n <= UDP_MAX && sendto(u->watch.fd, bytes, n, MSG_NOSIGNAL, to, to_len) == (ssize_t)n;
}
