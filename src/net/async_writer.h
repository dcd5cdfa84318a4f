/* Writes bytes to a descriptor as it accepts them, without ever blocking. */
#ifndef NET_ASYNC_WRITER_H
#define NET_ASYNC_WRITER_H

#include "base/buf.h"
#include "net/loop.h"

struct async_writer {
    struct loop *loop;
    struct watch watch;
    struct buf *from; /* bytes to write; the first `sent` of them are written */
    size_t sent;
    bool waits; /* a write would block */
};

/* A writer for *from, to which the caller adds. A pipe is reopened, so that it does not become
 * non-blocking for others that write to it; a descriptor that cannot be reopened is used as it is,
 * and may block. 0, or -1 and trouble. */
int async_writer_init(struct async_writer *o, struct loop *loop, int fd, struct buf *from,
                      struct fault *f);

/* Writes what can be written: 0, or -1 and trouble. If the reader is gone, *f's kind is FAULT_NONE.
 */
int async_writer_push(struct async_writer *o, struct fault *f);

/* Bytes waiting to be written. */
size_t async_writer_backlog(const struct async_writer *o);

/* Closes the descriptor that it opened. */
void async_writer_free(struct async_writer *o);

#endif
