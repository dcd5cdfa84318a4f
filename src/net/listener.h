/*
 * What a listener does with what its guests (the peers that dialed it) say, without any I/O: takes
 * the records that it lacks, checks what needs no ledger, puts each once into `out`, fills briefs,
 * answers pulls (gossip(7)).
 *
 * Nothing that a guest sends makes it keep more than its bounds say; a guest that breaks a rule is
 * doomed: whoever owns the connections closes it after the turn.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "crypto/sigpool.h"
#include "net/session.h"
#include "net/view.h"
#include "stream/stream.h"

#define LISTENER_GUESTS_MAX 4096
#define LISTENER_SEEN (1 << 18)           /* ids remembered, at least; at most twice as many */
#define LISTENER_ASKED_MAX (1 << 16)      /* records announced and not there yet, of all guests */
#define LISTENER_ANNOUNCED_MAX 4096       /* ... and of one */
#define LISTENER_FILLINGS_MAX 32          /* blocks being filled at a time */
#define LISTENER_ANSWER_MAX 20000         /* ms that a guest has to give what it announced */
#define LISTENER_OTHERS_AFTER 3000        /* ms after which another who announced it too is asked */
#define LISTENER_BLOCKS_BYTES (128 << 20) /* of blocks that have come in part, of all guests */
#define LISTENER_DISCOURAGED_MAX 4096     /* keys remembered as bad */
#define LISTENER_DISCOURAGE 600000        /* ms for which they are */
#define LISTENER_OUT_MAX (1 << 20) /* bytes that wait for stdout before guests are not read */

struct guest {
    struct session session;
    char who[72]; /* its account in hex, or its address: for the log */
    uint8_t account[ID_LEN];
    bool has_account;
    bool doomed; /* to be closed, for what `why` says */
    struct fault why;
    uint64_t useful;           /* new records that came from it */
    struct guest_state *state; /* listener.c's */
};

struct listener_config {
    uint8_t chain[ID_LEN];
    const struct view *view;  /* NULL: no ledger is at hand */
    const char *const *types; /* record types taken besides tx, block and peer, unchecked but for
                                 their form; ended by NULL */
    bool stems;               /* tell stem from fluff (Dandelion++) with `fluff` lines in out */
    bool deflate;             /* offer it */
    struct sigpool *pool;     /* NULL: signatures are not looked at, for measurements alone */
    /* Told of each batch whose signatures were checked; NULL: nobody is. */
    void (*checked)(void *known, const struct batch *b);
    void *known;
    uint64_t seed;
    int64_t (*clock)(void *self); /* Unix seconds */
    /* An event for the log (NULL: none): who, what, an id or NULL, further words. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    void *self;
};

struct listener;

/* The config and all that it points to stay the caller's. NULL: no memory. */
struct listener *listener_new(const struct listener_config *config);
void listener_free(struct listener *l);

/* A new guest (account NULL: plain), its hello waiting in its session. NULL and a fault: it is
 * discouraged, there is no room, or no memory. who: what the log calls one without account. */
struct guest *listener_join(struct listener *l, const uint8_t account[ID_LEN], const char *who,
                            int64_t now, struct fault *f);

/* The guest goes, and is freed. */
void listener_leave(struct listener *l, struct guest *g, int64_t now);

/* What its session needs to be handed what came: self is the guest. */
struct session_role listener_role(void);

/* After what came from all guests was taken: checks the records among it, puts the good ones into
 * listener_out, and what they are owed into the guests' sessions. 0, or -1 and trouble. */
int listener_settle(struct listener *l, int64_t now, struct fault *f);

/* The records to be printed; the caller drops what it has printed. */
struct buf *listener_out(struct listener *l);

/* Takes records from before this run (whole ones, as they were printed) as if a guest had just
 * given them; what is no record is passed over. 0, or -1 and trouble. */
int listener_replay(struct listener *l, const char *text, size_t n, int64_t now, struct fault *f);

/* To be called about once a second. */
void listener_tick(struct listener *l, int64_t now);

/* Nothing was read for so many milliseconds, by our own doing: what guests owe us is due as much
 * later. */
void listener_excuse(struct listener *l, int64_t milliseconds);

/* Puts more of the answer to a pull where there is room for it in the guest's session. */
void listener_serve(struct listener *l, struct guest *g);

#endif
