/* Shared by sync.c, sync_peer.c and claims.c only. */
#ifndef SYNC_SYNC_PARTS_H
#define SYNC_SYNC_PARTS_H

#include "sync/judging.h"
#include "sync/pull_peer.h"
#include "sync/side_quota.h"
#include "sync/sync.h"

/* A peer that is connected, or whose blocks are still to be judged. */
struct sync_peer {
    struct pull_peer base;
    struct sync *run;
    struct puller puller;
    struct side_quota side;
    int64_t asked;  /* when it was last asked */
    int64_t behind; /* since when we have lacked its tip; 0: we have it, as far as we know */
    bool
        dial_later; /* an honest peer may break this rule, such as a slow one: it is dialed later */
    struct sync_peer *next;
};

/* What the peers claim to have, in a run without follow. */
struct claims {
    size_t answered;    /* peers that said hello and ended without a fault */
    struct buf lacking; /* tips of finished peers that we did not have then */
};

struct sync {
    struct pull_run base;
    struct sync_config config;
    struct peer_owner owner;
    struct client *client;
    struct puller_chain chain;
    struct sync_peer *peers;
    struct judging judging;
    struct sync_peer *judged; /* whose blocks are being judged */
    struct claims claims;
    struct buf out;
    int64_t ticked;
    int64_t grew;       /* when others last gave the ledger a new best tip */
    bool busy;          /* there is more to judge at once */
    bool ledger_failed; /* the last attempt to read it failed */
};

/* Reads the ledger again if it has changed and no blocks are being judged. If it cannot be read,
 * warns once and goes on with what is known of it. */
void sync_renew(struct sync *s);

/* --- sync_peer.c: one peer --- */

/* The client's callbacks for peers; self is the run. */
struct peer_owner sync_peer_owner(struct sync *s);

/* Whether everything that it has is here and judged. */
bool sync_peer_is_done(const struct sync_peer *p);

/* Whether its connection is closed and everything it sent is judged. */
bool sync_peer_is_over(const struct sync_peer *p);

/* Call after each turn. full: ask for nothing more. 0, or -1 and trouble. */
int sync_peer_tend(struct sync_peer *p, bool full, int64_t now, struct fault *f);

/* Call about once a second. */
void sync_peer_tick(struct sync_peer *p, int64_t now);

/* Whether a peer that is over is dialed again. */
enum peer_next sync_peer_next(const struct sync_peer *p);

void sync_peer_free(struct sync_peer *p);

/* --- claims.c --- */

/* Records the claim of a finished peer. 0, or -1 and trouble. */
int claims_add(struct claims *y, struct overlay *t, const struct sync_peer *p, struct fault *f);

/* Whether we have all claimed tips: 1 or 0, -1 and trouble. */
int claims_reached(const struct claims *y, struct overlay *t, struct fault *f);

void claims_free(struct claims *y);

#endif
