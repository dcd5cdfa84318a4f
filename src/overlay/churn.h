/*
 * A DHT whose nodes come and go, in virtual time: each runs the project's own routing table and
 * lookups (src/lookup), and hears of the others only by messages. Sessions have exponential
 * lengths; whoever leaves says nothing, and a new node with a new id and address takes its place at
 * once, knowing only three live ones. Nodes look up their own id when they join, then each bucket
 * that has had no lookup for `refresh`.
 *
 * One more node that stays, which is read-only (BEP 43), and so in no table, stores items with the
 * k nearest to their keys, again every `republish`; nobody else stores or passes on items. Live
 * nodes drawn at random look for them.
 */
#ifndef OVERLAY_CHURN_H
#define OVERLAY_CHURN_H

#include "base/fault.h"
#include "overlay/figures.h"

#include <stddef.h>
#include <stdint.h>

#define CHURN_NODES_MAX 20000
#define CHURN_ITEMS_MAX 256

/* Times are in milliseconds. */
struct churn_setup {
    uint32_t nodes; /* 16 to CHURN_NODES_MAX */
    unsigned k, alpha;
    int64_t session; /* the mean; 0: nobody leaves */
    int64_t refresh, republish;
    int64_t delay;  /* of a message; at most 200 */
    unsigned items; /* 1 to CHURN_ITEMS_MAX */
    unsigned hours; /* in all */
    uint64_t seed;
};

/* An hour of it. In the first one nodes join, and items are stored in its second half. */
struct churn_hour {
    unsigned hour; /* from 1 */
    uint32_t lookups, found;
    struct figures queries, timeouts, ms; /* of these lookups */
    double table;                         /* contacts a node that are not bad, at the end */
    double stale;                         /* the share of them that have left */
    uint64_t messages, bytes;             /* sent by all, and what they would have on the wire */
    uint32_t left;                        /* nodes that have */
};

/* Runs it; gives each hour to the caller: 0, or -1 and *f to stop. 0, or -1 and trouble. */
int churn_run(const struct churn_setup *setup,
              int (*take)(void *self, struct churn_hour *hour, struct fault *f), void *self,
              struct fault *f);

#endif
