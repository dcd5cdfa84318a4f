/* One lookup (lookup/lookup.h) in a network that stands still, in virtual time. */
#ifndef OVERLAY_STATIC_LOOKUP_H
#define OVERLAY_STATIC_LOOKUP_H

#include "overlay/static_net.h"

#include "virtual/draw.h"
#include "virtual/queue.h"

struct static_lookup_setup {
    struct lookup_rules rules; /* self is filled in */
    struct sim_delay delay;    /* of a message */
};

struct static_lookup_course {
    unsigned hops; /* by which the nearest node was found; 0: it was not */
    unsigned queries, timeouts;
    unsigned nearest, sybils; /* how many of the k nearest answered; of these, Sybils */
    int64_t ms;
};

/* What lookups share. */
struct static_lookup {
    const struct static_net *net;
    struct static_lookup_setup setup;
    struct sim_queue queue;
    uint32_t serial;
    uint64_t delays; /* a stream */
};

void static_lookup_init(struct static_lookup *s, const struct static_net *net,
                        const struct static_lookup_setup *setup);
void static_lookup_free(struct static_lookup *s);

/* A node looks for a target. 0, or -1 and trouble. */
int static_lookup_run(struct static_lookup *s, uint32_t node, const struct node_id *target,
                      struct static_lookup_course *out, struct fault *f);

#endif
