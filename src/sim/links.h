/*
 * The links between simulated nodes: how long a message takes, and what stops it. Faults block
 * links and unblock them; several may block one at a time.
 */
#ifndef SIM_LINKS_H
#define SIM_LINKS_H

#include "scenario/scenario.h"

/* Groups of nodes that do not reach each other: a bit for each group to which a node belongs. A
 * node in several reaches them all. */
struct sim_partition {
    uint8_t *groups; /* of each node */
    bool one_way;    /* the first group still reaches the second */
};

/* All zero but for what sim_links_init sets. */
struct sim_links {
    uint32_t nodes;
    uint16_t *blocked;  /* of each pair: how many faults block it */
    uint64_t blocks;    /* all of these together */
    int64_t *clogged;   /* of each pair: until when it holds everything back */
    int64_t clear;      /* the last of these times */
    int64_t *last;      /* of each pair: when its last message arrives (fifo) */
    const int *regions; /* of each node; NULL: there are none */
    const struct sim_scenario *scenario;
    uint64_t delays, losses, duplicates, reorders; /* streams */
    uint32_t loss, duplicate, reorder;             /* in a million */
};

/* Links without faults between all pairs. regions: of each node, the caller's. 0, or -1: no memory.
 */
int sim_links_init(struct sim_links *l, const struct sim_scenario *s, uint32_t nodes,
                   const int *regions, uint64_t seed, struct fault *f);
void sim_links_free(struct sim_links *l);

/* Raises (by 1) or lowers (by -1) the count of what blocks a link; of all links that a partition
 * cuts. */
void sim_links_block(struct sim_links *l, uint32_t from, uint32_t to, int by);
void sim_links_partition(struct sim_links *l, const struct sim_partition *p, int by);

static inline bool sim_links_blocked(const struct sim_links *l, uint32_t from, uint32_t to)
{
    return l->blocks > 0 && l->blocked[(size_t)from * l->nodes + to] > 0;
}

/* Makes the link hold back what it carries, at least until this time. Then: until when it does. */
void sim_links_clog(struct sim_links *l, uint32_t from, uint32_t to, int64_t until);
static inline int64_t sim_links_clogged(const struct sim_links *l, uint32_t from, uint32_t to,
                                        int64_t now)
{
    return l->clear > now ? l->clogged[(size_t)from * l->nodes + to] : 0;
}
void sim_links_unclog(struct sim_links *l); /* all of them */

/* How long the next message takes: at least 1. calm: nothing holds it up besides the delay. */
int64_t sim_links_delay(struct sim_links *l, uint32_t from, uint32_t to, bool calm);

/* The time at which a message that would arrive at this time does, in the order of the link. */
int64_t sim_links_in_order(struct sim_links *l, uint32_t from, uint32_t to, int64_t time);

#endif
