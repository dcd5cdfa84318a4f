/*
 * The connections of one program (gossip(7)), without any I/O: each is a session with an inbound
 * half (gossip/listener.h), an outbound half (gossip/sender.h), or both, as the roles of its two
 * sides say, no matter who dialed. The word of a line says which half it is for.
 *
 * Two nodes that dial each other need only one connection that carries both ways: of two, the one
 * that was dialed by the smaller account survives, at both ends.
 */
#ifndef GOSSIP_DUPLEX_H
#define GOSSIP_DUPLEX_H

#include "gossip/listener.h"
#include "gossip/sender.h"
#include "wire/peer_owner.h"

/* Peers that a node may dial, so that some places at the sender are left for those who dial it. */
#define DUPLEX_DIALED_MAX (SENDER_PEERS_MAX - 8)

struct duplex_config {
    struct listener *listener; /* NULL: no records are taken */
    struct sender *sender;     /* NULL: none are sent */
    unsigned roles;            /* ours, enum wire_role */
    /* Places at the sender that are kept for peers that we dial, but at most half of all; each
     * further one takes the place of an accepted peer. */
    size_t dialed;
    const uint8_t *account; /* ours; NULL: connections are plain */
    uint64_t seed;
    /* An event for the log, as in gossip/listener.h. NULL: none. */
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words);
    /* A peer could not be dialed; something is wrong with a peers file: as in wire/peer_owner.h.
     */
    void (*unreached)(void *self, const char *address, const uint8_t *account,
                      const struct fault *why);
    void (*complain)(void *self, const char *words);
    void *self;
};

struct duplex;

/* The tip of a peer's best chain, by its hello and then by its answers to duplex_ask_tips. */
struct duplex_tip {
    int64_t height;
    uint8_t id[ID_LEN];
    bool asked;    /* and it has not answered yet */
    int64_t since; /* when it was last asked */
};

/* One connection. */
struct duplex_peer {
    struct duplex *all;
    struct duplex_peer *next;
    struct session session;
    struct inbound *in;   /* NULL: we take no records from it, and it pulls none */
    struct outbound *out; /* NULL: it is not sent any */
    struct buf accepted;  /* struct wire_ref: its records that were accepted, and it was not told */
    char who[72];         /* its account in hex, or its address; for the log */
    const char *address;  /* HOST:PORT */
    uint8_t account[ID_LEN];
    bool has_account;
    bool dialed; /* by us */
    bool waits;  /* it takes records, but the sender has no place for it yet */
    bool eager;  /* it asked us to push small records */
    bool held;   /* it is not read from, as the sender is full */
    bool doomed; /* to be closed, for the reason in `why` */
    struct fault why;
    uint64_t network; /* of its address, as in wire/peer_owner.h */
    int64_t since;    /* when it was connected, */
    int64_t placed;   /* ... and got its place at the sender, or lost it */
    struct duplex_tip tip;
};

/* The config and all that it points to stay the caller's. NULL: no memory. */
struct duplex *duplex_new(const struct duplex_config *config);

/* All peers must have left. */
void duplex_free(struct duplex *d);

/* The owner of its connections; a peer is a struct duplex_peer. One that is discouraged, or for
 * which there is no place, is refused. */
struct peer_owner duplex_owner(struct duplex *d);

/* A peer has announced a record: it is not announced back to it. For a listener's config. */
void duplex_announced(void *peer, const uint8_t id[ID_LEN]);

/* Tells a peer (an inbound's connection) a verdict: `accepted ID', `refused ID REASON' or `later
 * ID', with its newline. Peers of version 1 are not told. 0, or -1: no memory. */
int duplex_tell(void *peer, const char *line, size_t len);

/* The same for a record that they let through; it is told at the next duplex_turn, with others. */
int duplex_tell_accepted(void *peer, const struct wire_ref *record);

/* Call after each turn, once the input is settled: runs the listener's timers, answers pulls, and
 * gives free places at the sender to peers that wait for one. paused: nothing is read now. full:
 * the sender holds more than it should, so peers that only send are not read from (those that also
 * listen must be, or they could not say what they have taken). */
void duplex_turn(struct duplex *d, bool paused, bool full, int64_t now);

/* Asks the peers that serve blocks where their best chains stand, as far as that may have changed:
 * those whose tip is not ours, and every one that was not asked for DUPLEX_TIP_EVERY. */
#define DUPLEX_TIP_EVERY 30000 /* ms */
void duplex_ask_tips(struct duplex *d, int64_t now);

/* Whether a connected peer waits for a place at the sender, or has yet to say hello: it may lack
 * records that the sender holds. */
bool duplex_expects(const struct duplex *d);

/* From now on nothing is taken from peers, which are still sent to. */
void duplex_stop_listening(struct duplex *d);

/* All connections, linked by `next`, the newest first. */
struct duplex_peer *duplex_first(const struct duplex *d);

#endif
