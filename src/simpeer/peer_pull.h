/* The pulling side of a node of the engine `peer`: from time to time it asks one of the others,
 * drawn at random, for the blocks that it lacks, until it has them all. */
#ifndef SIMPEER_PEER_PULL_H
#define SIMPEER_PEER_PULL_H

#include "simpeer/peer_chain.h"
#include "simpeer/peer_links.h"

#define PEER_PULL_EVERY 10000 /* ms from a pull to the next, on average, with exponential times */

struct peer_pull {
    struct peer_chain *chain;
    const struct engine_setup *setup;
    size_t wanted; /* the height at which it has all */
    struct puller_chain pulled;
    struct peer_links links; /* at most one */
    struct session session;  /* of that */
    struct puller puller;
    bool under_way, answered;
    struct fault why; /* it is to be closed */
    int64_t next;     /* when the next one begins */
    uint64_t chance;
};

/* All else of *p is zero. Afterwards it must not be moved. */
void peer_pull_init(struct peer_pull *p, const struct engine_setup *setup, struct peer_chain *chain,
                    size_t wanted, uint64_t seed);
void peer_pull_free(struct peer_pull *p, int64_t now);

/* Whether the item belongs to a connection of this side. */
bool peer_pull_has(const struct peer_pull *p, uint32_t remote, const struct peer_item *item);

/* Takes what has arrived into the chain, and puts out what is to be said. 0, or -1 and trouble. */
int peer_pull_turn(struct peer_pull *p, int64_t now, struct engine_outputs *out, struct fault *f);

/* Call about once a second. 0, or -1 and trouble. */
int peer_pull_tick(struct peer_pull *p, int64_t now, struct engine_outputs *out, struct fault *f);

#endif
