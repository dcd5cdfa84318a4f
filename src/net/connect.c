#include "net/connect.h"

#include "peers/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

static int start_socket(const struct sockaddr *to, socklen_t len, struct fault *f)
{
    int yes = 1;
    int fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_errno(f, "no socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(fd, to, len) == 0 || errno == EINPROGRESS)
        return fd;
    fault_errno(f, "cannot connect");
    close(fd);
    return -1;
}

struct channel *channel_dial(struct tls *t, const struct sockaddr_storage *to, socklen_t len,
                             struct fault *f)
{
    const struct sockaddr *address = (const struct sockaddr *)to;
    if (!t && !address_is_loopback(address)) {
        fault_trouble(f, "plain connections are only made to this machine (127.0.0.1)");
        return NULL;
    }
    int fd = start_socket(address, len, f);
    if (fd < 0)
        return NULL;
    struct channel *c = channel_new(t, fd, true);
    if (!c)
        fault_memory(f);
    return c;
}
