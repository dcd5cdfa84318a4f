/* The socket addresses of HOST:PORT, without waiting: if HOST is a name, the system's resolver is
 * asked in a thread of its own. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/address.h"

#define RESOLVE_MAX                                                                                \
    64 /* names that are looked up at a time, those that nobody waits for included */

#define RESOLVED_MAX 16 /* addresses of one name; of more, the first ones count */

struct resolve;

/* A name's addresses, each once, in the order in which they are to be tried (RFC 6724). */
struct resolved {
    size_t count;
    struct socket_address {
        struct sockaddr_storage at;
        socklen_t len;
    } list[RESOLVED_MAX];
};

/* Starts to look *a up, which stays the caller's. NULL and trouble: no memory, no thread, or
 * RESOLVE_MAX are under way. */
struct resolve *resolve_start(const struct address *a, struct fault *f);

/* 1 and the addresses, one at least; 0 not yet; -1 and trouble: it has none. The same again each
 * time it is asked. A number is there at once. */
int resolve_poll(struct resolve *r, struct resolved *out, struct fault *f);

/* Also while it is under way: the thread then ends by itself, in its own time. */
void resolve_free(struct resolve *r);

#endif
