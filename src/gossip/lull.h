/*
 * A short pause in which lines gather that can wait: an announcement to a peer that had the
 * last record from others already (the lazy push of Leitao, Pereira, Rodrigues 2007, "Epidemic
 * Broadcast Trees"), and the acknowledgement of a record to a peer that does not need it to go on.
 * So a new record is everywhere before the network talks about it, and one message says of many
 * what would be one each.
 *
 * Its length is by chance, so that of two neighbours one speaks first, and the other need not.
 */
#ifndef GOSSIP_LULL_H
#define GOSSIP_LULL_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LULL_SHORTEST = 20, /* ms */
    LULL_LONGEST = 40,
};

/* Zeroed: nothing waits. */
struct lull {
    int64_t ends; /* when it does; 0: nothing waits */
};

/* Something waits from now on, if nothing does already. */
static inline void lull_begin(struct lull *u, int64_t now, uint64_t *chance)
{
    if (!u->ends)
        u->ends = now + LULL_SHORTEST +
                  (int64_t)chance_below(chance, LULL_LONGEST - LULL_SHORTEST + 1);
}

static inline bool lull_is_over(const struct lull *u, int64_t now)
{
    return u->ends && now >= u->ends;
}

/* How long until then, in ms; most: no longer than that, or nothing waits. */
static inline int lull_wait(const struct lull *u, int64_t now, int most)
{
    int64_t left = u->ends - now;
    if (!u->ends || left >= most)
        return most;
    return left > 0 ? (int)left : 0;
}

#endif
