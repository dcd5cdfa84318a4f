/*
 * Which events of a log are written. Strangers can cause some kinds of events for free, such as
 * announcements, connections and errors; written without a limit, they would fill the disk faster
 * than they cost their sender. Every event of these kinds costs a token: of the peer's own, which
 * it earns by records that were new here and by records that it took, or else of its kind's, of
 * which there are few a second. Others are always written: so the way of a record can be followed
 * whatever strangers do. Only if records come by the thousand each second are some of their steps
 * (asked, offer, gave, taken) left out, of which there are several for each: their lines would be
 * most of the log, and take a tenth of the node's time.
 */
#ifndef GOSSIP_EVENT_BUDGET_H
#define GOSSIP_EVENT_BUDGET_H

#include "base/bucket.h"
#include "base/buf.h"

#define EVENT_BUDGET_KINDS 17
#define EVENT_BUDGET_PEERS 4096  /* peers whose tokens are remembered */
#define EVENT_BUDGET_BURST 4096  /* events of one kind at once: as many as one may announce, */
#define EVENT_BUDGET_EVERY 50    /* ... and ms for one more */
#define EVENT_BUDGET_SAID 10000  /* ms between reports of what was left out */
#define EVENT_BUDGET_STEPS 16384 /* steps of one kind at once, and one more each millisecond */
#define EVENT_BUDGET_EARNS 8     /* tokens for a new record */
#define EVENT_BUDGET_OWN 8192    /* tokens of a peer at most */

struct event_budget {
    uint64_t seed;
    struct event_budget_peer {
        uint64_t who;
        int64_t tokens;
    } peers[EVENT_BUDGET_PEERS];
    struct bucket kinds[EVENT_BUDGET_KINDS], steps[EVENT_BUDGET_KINDS];
    uint64_t left_out[EVENT_BUDGET_KINDS];
    int64_t reported;
    bool pending; /* something was left out and not reported yet */
};

void event_budget_init(struct event_budget *b, uint64_t seed, int64_t now);

/* Whether to write the event of this peer; words may be NULL. An `offer` or `gave` is charged only
 * if its words end with "again". now: in ms of any monotonic clock. */
bool event_budget_allows(struct event_budget *b, const char *who, const char *event,
                         const char *words, int64_t now);

/* If something was left out and it is time to say so (or last), appends it to *out, as `KIND COUNT`
 * for each kind with spaces between: 1, and it is counted from 0 again; 0: no; -1: no memory. */
int event_budget_report(struct event_budget *b, bool last, int64_t now, struct buf *out);

#endif
