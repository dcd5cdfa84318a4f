/* What the parts of a run know of each other: for sync.c, giver.c and tally.c alone. */
#ifndef SYNC_SYNC_PARTS_H
#define SYNC_SYNC_PARTS_H

#include "sync/aside.h"
#include "sync/judging.h"
#include "sync/sync.h"

/* A peer that is talked to, or whose blocks are still to be judged. */
struct giver {
    struct sync *run;
    const char *address; /* the client's */
    char who[72];        /* its account, or its address */
    struct session session;
    struct puller puller;
    struct aside aside;
    int64_t asked; /* when it was last asked */
    bool greeted;
    bool doomed; /* to be closed, for what `why` says */
    struct fault why;
    bool over;   /* it is closed */
    bool bad;    /* it broke a rule: it is not dialed again */
    bool told;   /* why it was dropped */
    bool useful; /* it brought something new */
    struct giver *next;
};

/* What the peers of a run without follow claimed. */
struct tally {
    size_t answered;    /* those that said hello and went in peace */
    struct buf lacking; /* the tips of those that left and that we had not reached */
};

struct sync {
    struct sync_config config;
    struct client_owner owner;
    struct client *client;
    struct puller_chain chain;
    struct giver *givers;
    struct judging judging;
    struct giver *judged; /* whose blocks are being judged */
    struct tally tally;
    struct buf out;
    int64_t progress; /* when something new came */
    int64_t ticked;
    bool busy;          /* there is more to be judged at once */
    bool ending;        /* whatever ends now does so by our own doing */
    bool gave_up;       /* nothing new came for too long */
    bool ledger_failed; /* to be read again */
    bool failed;        /* we did, while a peer was heard, */
    struct fault fault; /* for this reason */
};

void sync_log(const struct sync *s, const char *who, const char *event, const uint8_t *id,
              const char *words);

/* --- giver.c: one peer --- */

/* What the client does with givers; self is the run. */
struct client_owner giver_owner(struct sync *s);

/* It broke a rule (id: with this block, or NULL): this is told, it is closed and not dialed again.
 */
void giver_drop(struct giver *g, const uint8_t *id, const struct fault *why);

/* Whether all that it has is here, and judged. */
bool giver_is_done(const struct giver *g);

/* Whether nothing of it is left to be done: it is closed, and all it gave is judged. */
bool giver_is_over(const struct giver *g);

/* What is due after each turn. full: nothing more is to be asked for. 0, or -1 and trouble. */
int giver_tend(struct giver *g, bool full, int64_t now, struct fault *f);

/* To be called about once a second. */
void giver_tick(struct giver *g, int64_t now);

/* It is over: whether it is dialed again. */
enum client_next giver_next(const struct giver *g);

void giver_free(struct giver *g);

/* --- tally.c: what the run came to --- */

/* A peer goes for good. 0, or -1 and trouble. */
int tally_add(struct tally *y, struct trial *t, const struct giver *g, struct fault *f);

/* Whether all tips were reached: 1 or 0, -1 and trouble. */
int tally_reached(const struct tally *y, struct trial *t, struct fault *f);

void tally_free(struct tally *y);

#endif
