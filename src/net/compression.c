#include "net/compression.h"

#include "peers/address.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { BUSY_MIN = 250000 }; /* microseconds of sending that say something about a link */

void compression_init(struct compression *g, int fd)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    *g = (struct compression){.fd = fd};
    g->is_local = getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
                  (peer.ss_family == AF_UNIX || address_is_loopback((struct sockaddr *)&peer));
}

bool compression_is_worth(const struct compression_sample *s)
{
    if (s->lines <= COMPRESSION_LITTLE)
        return true;
    uint64_t sending = s->busy > s->shut ? s->busy - s->shut : 0;
    return sending >= BUSY_MIN && s->acked * 1000000 / sending < COMPRESSION_SLOW;
}

bool compression_decide(struct compression *g, uint64_t lines)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (g->is_local)
        return false;
    if (getsockopt(g->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
        return true;
    const struct compression_sample was = g->last;
    g->last = (struct compression_sample){lines, info.tcpi_bytes_acked, info.tcpi_busy_time,
                                          info.tcpi_rwnd_limited};
    return compression_is_worth(
        &(struct compression_sample){lines - was.lines, g->last.acked - was.acked,
                                     g->last.busy - was.busy, g->last.shut - was.shut});
}
