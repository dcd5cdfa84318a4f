/*
 * The listening side of gossip(7), without any I/O: requests the records that it lacks from inbound
 * peers, checks what can be checked without a ledger, puts each record into `out` once, fills
 * compact blocks and answers pulls.
 *
 * Whatever peers send, memory stays within the limits below. A peer that breaks a rule is marked as
 * doomed, and the owner of the connections closes it after the turn.
 */
#ifndef GOSSIP_LISTENER_H
#define GOSSIP_LISTENER_H

#include "crypto/sigpool.h"
#include "gossip/view.h"
#include "stream/stream.h"
#include "wire/session.h"

#define LISTENER_PEERS_MAX 4096
#define LISTENER_SEEN (1 << 18) /* ids remembered: at least so many, at most twice as many */
#define LISTENER_IN_FLIGHT_MAX (1 << 16) /* records announced and not here yet, by all peers */
#define LISTENER_ANNOUNCED_MAX 4096      /* ... and by one */
#define LISTENER_RECONSTRUCTIONS_MAX 32  /* compact blocks being reconstructed at a time */
#define LISTENER_ANSWER_MAX 20000  /* ms within which a peer must deliver a requested record */
#define LISTENER_OTHERS_AFTER 3000 /* ms after which it is also requested from other peers */
#define LISTENER_BLOCK_AFTER 500   /* ... and, a block, from one of them, if it is near enough */
#define LISTENER_BLOCKS_BYTES (128 << 20) /* of blocks in transit, of all peers */
#define LISTENER_DISCOURAGED_MAX 4096     /* keys remembered as bad */
#define LISTENER_DISCOURAGE 600000        /* ms for which they are */
#define LISTENER_OUT_MAX (1 << 20)        /* bytes waiting for stdout at which reading stops */

/* Requests of light clients; those over a limit wait. */
#define LISTENER_LIGHT_BURST 100         /* of one peer at once, */
#define LISTENER_LIGHT_RATE 20           /* ... then so many a second */
#define LISTENER_LIGHT_UNREAD (16 << 20) /* bytes that light clients have not read yet */
#define LISTENER_HEADERS_TURN (2 << 20)  /* bytes of headers in one turn */
#define LISTENER_PROOF_BYTES (8 << 20)   /* a second, read to prove something, for all peers */
#define LISTENER_PROOF_COST (16 << 10)   /* bytes that any proof counts for besides */
#define LISTENER_PROOF_TURN (1 << 20)    /* bytes after which a turn makes no further proof */

struct inbound {
    struct session *session; /* the connection's owner's */
    char who[72];            /* its account in hex, or its address; for the log */
    uint8_t account[ID_LEN];
    bool has_account;
    bool doomed; /* to be closed, for the reason in `why` */
    struct fault why;
    uint64_t network; /* of its address (peers/address.h), set by the owner; 0: any */
    void *connection; /* the owner's, for config->announced */
    bool relies;      /* it asked us to push, and is sent records, set by the owner */
    uint64_t useful;  /* new records received from it, */
    uint64_t costly; /* ... other than peer records; if config->judged, those that were accepted, as
                        others can be made for free, too */
    struct inbound_state *state; /* listener.c's */
};

struct listener_config {
    uint8_t chain[ID_LEN];
    const struct view *view;                /* NULL: there is no ledger */
    const struct record_type *const *types; /* record types taken besides those that all nodes take;
                                               ended by NULL, or NULL */
    bool stems;           /* distinguish stem and fluff (Dandelion++) by `fluff` lines in out */
    bool deflate;         /* offer compression */
    bool judged;          /* listener_judged is told of every record that is accepted */
    struct sigpool *pool; /* NULL: signatures are not checked, for measurements only */
    /* Called with each batch that has a block, to mark the entries whose signatures are known to be
     * valid; and with each whose signatures were checked. May be NULL. */
    void (*recall)(void *known, struct batch *b);
    void (*checked)(void *known, const struct batch *b);
    void *known;
    /* A peer (its connection) has announced a record. May be NULL. */
    void (*announced)(void *connection, const uint8_t id[ID_LEN]);
    /* A peer (its connection) has announced a record that this node has already, and of which
     * listener_judged was told. May be NULL. */
    void (*kept)(void *connection, const struct wire_ref *record);
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

/* Fills in our hello. */
void listener_hello(const struct listener *l, struct hello *h);

/* Adds a peer (account NULL: a plain connection) on this session, which stays the caller's until
 * the peer has left. NULL and a fault: it is discouraged, there is no place, or no memory. who: its
 * name in the log if it has no account. */
struct inbound *listener_join(struct listener *l, struct session *session,
                              const uint8_t account[ID_LEN], const char *who, int64_t now,
                              struct fault *f);

/* Removes and frees the peer. */
void listener_leave(struct listener *l, struct inbound *peer, int64_t now);

/* The callbacks for a peer's session; self is the peer. */
struct session_role listener_role(void);

/* Call after handling all input of a turn: checks the records received, puts the valid ones into
 * listener_out and acknowledgements into the peers' sessions. Many records may be left to be
 * checked while the next turn reads sockets, if there are threads for that (listener_wait is then
 * 0). listener_settle_all, for the end, leaves none. Both: 0, or -1 and trouble. */
int listener_settle(struct listener *l, int64_t now, struct fault *f);
int listener_settle_all(struct listener *l, int64_t now, struct fault *f);

/* What this node's own programs say of a record that was printed. */
enum listener_verdict {
    LISTENER_ACCEPTED,
    LISTENER_REFUSED, /* it costs its sender some of its budget of useless records */
    LISTENER_LATER,   /* not now */
};

/* Notes a verdict, once for each record. One that was not accepted is forgotten, so that it can be
 * offered and judged again: a payment that was refused may be paid by then. Gives the peer from
 * which the record arrived first, to be told of it, and *ref, by which to name the record; NULL:
 * unknown, or no longer connected. */
struct inbound *listener_judged(struct listener *l, const uint8_t id[ID_LEN],
                                enum listener_verdict verdict, int64_t now, struct wire_ref *ref);

/* The records to be printed; the caller drops what it has printed. */
struct buf *listener_out(struct listener *l);

/* Takes records saved by an earlier run (whole ones, as they were printed) as if a peer had just
 * sent them; skips anything that is no record. 0, or -1 and trouble. */
int listener_replay(struct listener *l, const char *text, size_t n, int64_t now, struct fault *f);

/* Call about once a second. */
void listener_tick(struct listener *l, int64_t now);

/* We did not read for so many milliseconds: extends the peers' deadlines by as much. */
void listener_excuse(struct listener *l, int64_t milliseconds);

/* How long the next turn may be put off, in ms, while light clients, signatures or acknowledgements
 * wait. */
int listener_wait(const struct listener *l, int64_t now);

/* Whether the peer has been told of all records that were taken from it. */
bool inbound_is_acknowledged(const struct inbound *peer);

/* Tells it now of those that wait to be told together. 0, or -1: no memory. */
int inbound_acknowledge(struct inbound *peer);

/* The record came back from the programs that this node runs, so it is known here: it is not
 * requested any more. */
void listener_know(struct listener *l, const uint8_t id[ID_LEN]);

/* Puts more of the answer to a pull into the peer's session, as much as it takes. */
void listener_serve(struct listener *l, struct inbound *peer);

#endif
