/* What the two kinds of runs that pull from peers, sync.c and light_sync.c, have in common: the
 * peers' sessions, and how they end. */
#ifndef SYNC_PULL_PEER_H
#define SYNC_PULL_PEER_H

#include "net/client.h"

/* A run; the first field of whatever it is a part of. log and warn are as in sync.h. */
struct pull_run {
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    void (*warn)(void *self, const char *who, const char *words);
    void *self;
    int64_t patience;   /* ms without anything new after which it gives up */
    int64_t now;        /* of the line or turn that is being handled */
    int64_t progress;   /* when something new last arrived */
    bool ending;        /* connections end now because we close them */
    bool gave_up;       /* nothing new arrived for too long */
    bool failed;        /* we failed while handling a peer, */
    struct fault fault; /* for this reason */
};

/* A peer; the first field of whatever it is a part of. */
struct pull_peer {
    struct pull_run *run;
    const char *address; /* the client's */
    char who[72];        /* its account, or its address */
    struct session session;
    bool greeted;
    bool doomed; /* to be closed, for the reason in `why` */
    struct fault why;
    bool over;     /* the connection is closed */
    bool bad;      /* it broke a rule */
    bool reported; /* the reason for dropping it was reported */
    bool useful;   /* it brought something new */
};

void pull_run_log(const struct pull_run *run, const char *who, const char *event, const uint8_t *id,
                  const char *words);

/* Whether it ends because nothing new has arrived for too long, of which it warns once. */
bool pull_run_gives_up(struct pull_run *run, int64_t now);

/* An owner of peers; join, leave and role are the caller's. */
struct peer_owner pull_run_owner(struct pull_run *run);

/* Fills in what the dialing of all such runs has in common. */
void pull_run_dials(struct client_config *dialing, const uint8_t chain[ID_LEN], bool once,
                    const struct peer_owner *owner);

/* Begins its session. 0, or -1: no memory. */
int pull_peer_init(struct pull_peer *p, struct pull_run *run, const struct peer_link *link,
                   const struct hello *ours, int64_t now);

/* For a role's greeted: logs it. */
void pull_peer_greeted(struct pull_peer *p, int64_t now);

/* Reports, once, why a peer is dropped: for this record, or NULL. */
void pull_peer_tell(struct pull_peer *p, const uint8_t *id, const char *why);

/* Reports, once, why a peer has left too early. That it broke a rule is an event `bad`; a peer that
 * only had to end is not blamed. */
void pull_peer_tell_end(struct pull_peer *p, bool broke, const char *why);

/* Marks the connection to be closed after this turn, unless it is already. word: what its bye
 * says. */
void pull_peer_doom(struct pull_peer *p, const char *word);

/* Drops a peer that broke a rule: reports that, and marks its connection to be closed. */
void pull_peer_drop(struct pull_peer *p, const uint8_t *id, const struct fault *why);

/* For a role's line: a fault that is not the peer's is our own, and ends the run. Gives -1. */
int pull_peer_blame(struct pull_peer *p, const struct fault *f);

/* For an owner's leave: logs the end of a peer that had said hello. Whether the peer broke a rule
 * just now. */
bool pull_peer_left(struct pull_peer *p, const struct fault *why);

#endif
