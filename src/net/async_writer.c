#include "net/async_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void ready(void *self, unsigned events)
{
    struct async_writer *o = self;
    (void)events;
    o->waits = false; /* the owner calls async_writer_push after each turn */
    loop_unwatch(&o->watch);
}

int async_writer_init(struct async_writer *o, struct loop *loop, int fd, struct buf *from,
                      struct fault *f)
{
    struct stat st;
    char path[32];
    *o = (struct async_writer){
        .loop = loop, .from = from, .watch = {.fd = fd, .ready = ready, .self = o}};
    if (fstat(fd, &st))
        return fault_errno(f, "stdout");
    if (!S_ISFIFO(st.st_mode))
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (own >= 0)
        o->watch.fd = own;
    return 0;
}

int async_writer_push(struct async_writer *o, struct fault *f)
{
    while (!o->waits && o->sent < o->from->len) {
        ssize_t put = write(o->watch.fd, o->from->data + o->sent, o->from->len - o->sent);
        if (put > 0) {
            o->sent += (size_t)put;
        } else if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            o->waits = true;
            if (loop_watch(o->loop, &o->watch, LOOP_WRITE, f))
                return -1;
        } else if (put < 0 && errno != EINTR) {
            bool quiet = errno == EPIPE;
            fault_errno(f, "stdout");
            if (quiet)
                f->kind = FAULT_NONE;
            return -1;
        }
    }
    if (o->sent == o->from->len || o->sent > (1 << 18)) {
        buf_drop(o->from, o->sent);
        o->sent = 0;
    }
    if (!o->from->len && o->from->cap > (4 << 20))
        buf_free(o->from);
    return 0;
}

size_t async_writer_backlog(const struct async_writer *o)
{
    return o->from->len - o->sent;
}

void async_writer_free(struct async_writer *o)
{
    loop_unwatch(&o->watch);
    if (o->watch.fd > 2)
        close(o->watch.fd);
}
