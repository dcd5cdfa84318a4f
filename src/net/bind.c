#include "net/bind.h"

#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int bind_one(const struct addrinfo *ai, int type, const char *only_loopback, struct fault *f)
{
    int yes = 1;
    if (only_loopback && !address_is_loopback(ai->ai_addr))
        return fault_trouble(f, "%s", only_loopback);
    int fd = socket(ai->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fault_errno(f, "no socket");
    if (type == SOCK_STREAM) /* two datagram sockets would share the port */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
        (type != SOCK_STREAM || listen(fd, BACKLOG) == 0))
        return fd;
    fault_errno(f, "cannot listen");
    close(fd);
    return -1;
}

int bind_socket(const struct address *at, int type, const char *only_loopback, struct fault *f)
{
    char port[8];
    struct addrinfo *list, hints = {.ai_socktype = type, .ai_flags = AI_PASSIVE};
    int fd = -1;
    snprintf(port, sizeof port, "%d", at->port);
    int failed = getaddrinfo(at->host, port, &hints, &list);
    if (failed)
        return fault_trouble(f, "%s", gai_strerror(failed));
    for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next)
        fd = bind_one(ai, type, only_loopback, f);
    freeaddrinfo(list);
    return fd;
}

int bind_name(int fd, char name[ADDRESS_MAX], struct fault *f)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len))
        return fault_errno(f, "no name");
    address_format((const struct sockaddr *)&at, name);
    return 0;
}
