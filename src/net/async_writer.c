#include "net/async_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void ready(void *self, unsigned events)
{
    struct outlet *o = self;
    (void)events;
    o->waits = false; /* the owner calls outlet_push after each turn */
    loop_unwatch(&o->watch);
}

int outlet_init(struct outlet *o, struct loop *loop, int fd, struct buf *from, struct fault *f)
{
    struct stat st;
    char path[32];
    *o = (struct outlet){
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

int outlet_push(struct outlet *o, struct fault *f)
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

size_t outlet_backlog(const struct outlet *o)
{
    return o->from->len - o->sent;
}

void outlet_free(struct outlet *o)
{
    loop_unwatch(&o->watch);
    if (o->watch.fd > 2)
        close(o->watch.fd);
}
