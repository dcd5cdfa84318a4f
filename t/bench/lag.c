/*
 * lag MS ADDRESS...: links that take time. For each address it listens at one of its own, prints
 * that on a line, and passes on what connections there bring, and what comes back, each byte so
 * many milliseconds late. Ends when it is killed.
 */
#include "loopback.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

enum { PIECE = 1 << 16, EVENTS = 64, DOORS_MAX = 64 };

/* One end of a connection; or a socket that listens for some, if it leads to an address. */
struct end {
    int fd;
    struct end *other;
    const char *leads_to;
};

/* What an end has sent: bytes, or that it sends no more if there are none. */
struct piece {
    struct piece *next;
    double due; /* when it reaches the other end: later than all pieces before it */
    const struct end *to;
    size_t size;
    char bytes[];
};

static double lag; /* microseconds */
static int events, timer;
static struct piece *first, *last;
static struct end doors[DOORS_MAX];

static void watch(int fd, struct end *end)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = end};
    if (epoll_ctl(events, EPOLL_CTL_ADD, fd, &e))
        err(2, "epoll_ctl");
}

/* The socket writes at once, and waits in writing. */
static struct end *new_end(int fd)
{
    const int yes = 1;
    struct end *end = memory(1, sizeof *end);
    end->fd = fd;
    if (fcntl(fd, F_SETFL, 0) || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes))
        err(2, "socket");
    return end;
}

static void open_door(struct end *door, const char *address)
{
    char text[ADDRESS_MAX];
    door->fd = listen_anywhere(text);
    door->leads_to = address;
    watch(door->fd, door);
    puts(text);
}

static void admit(const struct end *door)
{
    const int fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        err(2, "accept");
    struct end *here = new_end(fd), *there = new_end(dial(door->leads_to));
    here->other = there;
    there->other = here;
    watch(here->fd, here);
    watch(there->fd, there);
}

static void take(struct end *end)
{
    struct piece *p = malloc(sizeof *p + PIECE);
    if (!p)
        errx(2, "out of memory");
    const ssize_t got = recv(end->fd, p->bytes, PIECE, 0);
    p->size = got > 0 ? (size_t)got : 0;
    p->next = NULL;
    p->to = end->other;
    p->due = now() + lag;
    if (!p->size && epoll_ctl(events, EPOLL_CTL_DEL, end->fd, NULL))
        err(2, "epoll_ctl");
    p = realloc(p, sizeof *p + p->size); /* it gets smaller */
    if (last)
        last->next = p;
    else
        first = p;
    last = p;
}

/* Hands over what is due, and sets the timer for what is next. */
static void hand_over(void)
{
    while (first && first->due <= now()) {
        struct piece *p = first;
        if (!p->size)
            shutdown(p->to->fd, SHUT_WR);
        else if (send(p->to->fd, p->bytes, p->size, MSG_NOSIGNAL) < 0)
            shutdown(p->to->fd, SHUT_RDWR); /* that end is gone */
        first = p->next;
        last = first ? last : NULL;
        free(p);
    }
    if (!first)
        return;
    const long long at = (long long)(first->due * 1e3);
    const struct itimerspec set = {
        .it_value = {(time_t)(at / 1000000000), (long)(at % 1000000000)}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &set, NULL))
        err(2, "timerfd_settime");
}

int main(int argc, char **argv)
{
    struct epoll_event ready[EVENTS];
    uint64_t rings;
    if (argc < 3 || argc - 2 > DOORS_MAX)
        errx(2, "usage: lag MS ADDRESS...");
    lag = atof(argv[1]) * 1000;
    events = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (events < 0 || timer < 0)
        err(2, "epoll");
    watch(timer, NULL);
    for (int i = 2; i < argc; i++)
        open_door(&doors[i - 2], argv[i]);
    if (fflush(stdout))
        err(2, "stdout");
    for (;;) {
        const int n = epoll_wait(events, ready, EVENTS, -1);
        if (n < 0 && errno != EINTR)
            err(2, "epoll_wait");
        for (int i = 0; i < n; i++) {
            struct end *end = ready[i].data.ptr;
            if (!end)
                (void)!read(timer, &rings, sizeof rings);
            else if (end->leads_to)
                admit(end);
            else
                take(end);
        }
        hand_over();
    }
}
