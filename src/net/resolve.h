/* The socket address of HOST:PORT, without waiting: where HOST is a name, the system's resolver is
 * asked in a thread of its own. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/address.h"

#define RESOLVE_MAX                                                                                \
    64 /* names that are looked up at a time, those that nobody waits for included */

struct resolve;

/* Starts to look *a up, which stays the caller's. NULL and trouble: no memory, no thread, or
 * RESOLVE_MAX are under way. */
struct resolve *resolve_start(const struct address *a, struct fault *f);

/* 1 and the first address that the resolver gave; 0 not yet; -1 and trouble: it has none. The same
 * again each time it is asked. A number is there at once. */
int resolve_poll(struct resolve *r, struct sockaddr_storage *out, socklen_t *len, struct fault *f);

/* Also while it is under way: the thread then ends by itself, in its own time. */
void resolve_free(struct resolve *r);

#endif
