/* Resolves HOST:PORT to socket addresses without blocking: if HOST is a name, the system's resolver
 * runs in a thread of its own. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "peers/address.h"

#define RESOLVE_MAX                                                                                \
    64 /* names being looked up at a time, including those that nobody waits for any more */

#define RESOLVED_MAX 16 /* addresses of one name; any more are ignored */

struct resolve;

/* A name's addresses, without duplicates, in the order in which to try them (RFC 6724). */
struct resolved {
    size_t count;
    struct socket_address {
        struct sockaddr_storage at;
        socklen_t len;
    } list[RESOLVED_MAX];
};

/* Starts to look up *a, which stays the caller's. NULL and trouble: no memory, no thread, or
 * RESOLVE_MAX look-ups are under way. */
struct resolve *resolve_start(const struct address *a, struct fault *f);

/* 1 and the addresses, at least one; 0 if not known yet; -1 and trouble if it has none. Further
 * calls give the same result. A numeric address is resolved at once. */
int resolve_poll(struct resolve *r, struct resolved *out, struct fault *f);

/* May be called while the look-up is under way: the thread then ends on its own. */
void resolve_free(struct resolve *r);

#endif
