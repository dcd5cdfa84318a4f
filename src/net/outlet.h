/* Bytes out to a descriptor as it takes them, without ever waiting for it. */
#ifndef NET_OUTLET_H
#define NET_OUTLET_H

#include "base/buf.h"
#include "net/loop.h"

struct outlet {
    struct loop *loop;
    struct watch watch;
    struct buf *from; /* what is to be written, the first `sent` bytes of it were */
    size_t sent;
    bool waits; /* a write would wait */
};

/* An outlet of *from, which stays the caller's to add to. A pipe is opened anew, so that others who
 * write to it do not find that it does not wait any more; a descriptor for which that cannot be is
 * written to as it is, and may then wait. 0, or -1 and trouble. */
int outlet_init(struct outlet *o, struct loop *loop, int fd, struct buf *from, struct fault *f);

/* Writes what can be written: 0, or -1 and trouble. Where nobody reads any more, *f's kind is
 * FAULT_NONE. */
int outlet_push(struct outlet *o, struct fault *f);

/* Bytes that wait. */
size_t outlet_backlog(const struct outlet *o);

/* Closes what it opened. */
void outlet_free(struct outlet *o);

#endif
