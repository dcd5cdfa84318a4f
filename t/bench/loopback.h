/* Shared by the helpers that measure the network: blocking channels over the loopback interface, a
 * clock, medians. They print what went wrong and exit. */
#ifndef BENCH_LOOPBACK_H
#define BENCH_LOOPBACK_H

#include "net/tls.h"
#include "peers/address.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Microseconds. */
static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the list. */
static inline double median(double *list, size_t n)
{
    qsort(list, n, sizeof *list, by_size);
    return n % 2 ? list[n / 2] : (list[n / 2 - 1] + list[n / 2]) / 2;
}

static inline void *memory(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        errx(2, "out of memory");
    return p;
}

static inline void check(int failed, const struct fault *f)
{
    if (failed)
        errx(2, "%s", f->text);
}

/* A socket listening on a free port; its address. */
static inline int listen_anywhere(char text[ADDRESS_MAX])
{
    struct sockaddr_storage name = {.ss_family = AF_INET};
    socklen_t len;
    struct address any;
    struct fault f;
    check(address_parse("127.0.0.1:0", 11, true, &any, &f) || address_numeric(&any, &name, &len),
          &f);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, len) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&name, &len))
        err(2, "socket");
    address_format((const struct sockaddr *)&name, text);
    return fd;
}

/* The same, with its address written to the file `where`. */
static inline int listen_at(const char *where)
{
    char text[ADDRESS_MAX];
    const int fd = listen_anywhere(text);
    FILE *file = fopen(where, "w");
    if (!file || fprintf(file, "%s\n", text) < 0 || fclose(file))
        err(2, "%s", where);
    return fd;
}

/* A blocking socket connected to HOST:PORT. */
static inline int dial(const char *address)
{
    struct sockaddr_storage name;
    socklen_t len;
    struct address a;
    struct fault f;
    check(address_parse(address, strlen(address), false, &a, &f), &f);
    if (address_numeric(&a, &name, &len))
        errx(2, "%s: not a number", address);
    int fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&name, len) || fcntl(fd, F_SETFL, O_NONBLOCK))
        err(2, "%s", address);
    return fd;
}

static inline void wait_for(const struct channel *c)
{
    struct pollfd p = {.fd = channel_fd(c), .events = channel_waits_to_write(c) ? POLLOUT : POLLIN};
    if (poll(&p, 1, -1) < 0 && errno != EINTR)
        err(2, "poll");
}

/* A channel over fd, after its handshake. */
static inline struct channel *open_channel(struct tls *t, int fd, bool dialed)
{
    struct fault f;
    int done = 0;
    struct channel *c = channel_new(t, fd, dialed);
    if (!c)
        errx(2, "out of memory");
    while ((done = channel_open(c, &f)) == 0)
        wait_for(c);
    check(done < 0, &f);
    return c;
}

static inline void send_all(struct channel *c, const void *bytes, size_t n)
{
    struct fault f;
    for (size_t at = 0; at < n;) {
        ptrdiff_t put = channel_write(c, (const char *)bytes + at, n - at, &f);
        check(put < 0, &f);
        at += (size_t)put;
        if (put == 0)
            wait_for(c);
    }
}

/* Some bytes, at least one; 0: the other side has closed. */
static inline size_t receive(struct channel *c, void *out, size_t n)
{
    struct fault f;
    ptrdiff_t got;
    while ((got = channel_read(c, out, n, &f)) == 0)
        wait_for(c);
    return got < 0 ? 0 : (size_t)got;
}

#endif
