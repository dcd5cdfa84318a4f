/*
 * The sending side of gossip(7), without any I/O: holds records for a while, announces them to
 * outbound peers, sends what they request, and counts who has taken what.
 *
 * Blocks are announced as compact blocks. If stems are enabled, a fresh transaction first travels
 * along a stem (Dandelion++, Fanti et al. 2018).
 */
#ifndef GOSSIP_SENDER_H
#define GOSSIP_SENDER_H

#include "record/mark.h"
#include "wire/session.h"

#define SENDER_PEERS_MAX 64
#define SENDER_WINDOW 3072 /* records announced to a peer and neither taken nor given up */

/* Records taken by others that are announced to a new peer, besides transactions that wait for a
 * block. */
#define SENDER_REOFFER 8192
#define SENDER_DONE (16 << 20) /* bytes held at which those that no peer may need are dropped */

/* In ms without progress: after this the sender stops waiting for a peer, and after once to twice
 * this for a single record. */
#define SENDER_PATIENCE 60000

#define SENDER_EPOCH 600000  /* ms for which stems go to the same peer */
#define SENDER_FLUFF 10      /* one in so many stems is fluffed at each hop */
#define SENDER_EMBARGO 10000 /* ms, plus as many again on average, until a stem is fluffed */
#define SENDER_STEMS_MAX 4096

/* Records that are not held here, but that some peers are known to have. */
#define SENDER_ELSEWHERE_MAX (1 << 17)

struct outbound {
    struct session *session; /* the connection's owner's */
    char who[72];
    bool doomed; /* to be closed, for the reason in `why` */
    struct fault why;
    bool accepted;  /* it dialed us: it gets stems only if no peer that we dialed can */
    bool verdicts;  /* it says what became of the records that it took */
    bool eager;     /* it asked us to push: it takes small records that were not announced */
    bool relay;     /* it sends, too, so it may have records from others before we announce them */
    uint64_t taken; /* records that it took from us */
    struct outbound_state *state; /* sender.c's */
};

struct sender_config {
    uint8_t chain[ID_LEN];
    size_t bytes;  /* of records held */
    unsigned need; /* peers that must take a record before it is done */
    int64_t hold;  /* ms for which a record that was not taken is held when space runs out */
    bool stems;    /* send fresh transactions along a stem */
    bool origins;  /* sender_has tells of each record that came from a peer; so others are our own,
                      and are never fluffed before another node has had them */
    bool deflate;  /* offer compression */
    uint64_t seed;
    /* Called for each record that arrives. May be NULL. */
    void (*arrived)(void *self, const uint8_t id[ID_LEN]);
    /* Called for an input line that is no record, with its number and what is wrong. */
    void (*refuse)(void *self, uint64_t line, const char *why);
    /* Called for each mark that says what this node's programs did with a record: accepted, refused
     * or later. May be NULL. */
    void (*judged)(void *self, const struct mark *mark);
    /* A peer's own programs have refused the record, and why. May be NULL. */
    void (*refused)(void *self, const uint8_t id[ID_LEN], const struct field *reason);
    /* Called for a record that was dropped before enough peers had taken it. */
    void (*late)(void *self, const uint8_t id[ID_LEN]);
    /* The same for one that a peer took without saying what became of it, or, if postponed, could
     * not use for now. If this is set, peers that give verdicts are asked for one until they have
     * given it. May be NULL. */
    void (*unjudged)(void *self, const uint8_t id[ID_LEN], bool postponed);
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words); /* NULL: none */
    void *self;
};

struct sender;

/* The config and all that it points to stay the caller's. NULL: no memory. */
struct sender *sender_new(const struct sender_config *config);
void sender_free(struct sender *s);

/* Takes n bytes of whole records. 0, or -1 and trouble. */
int sender_take(struct sender *s, const char *text, size_t n, int64_t now, struct fault *f);

/* Whether it is full and should be given no more records for now. It never holds more than four
 * times its bytes: then it drops records, however new. */
bool sender_full(struct sender *s, int64_t now);

/* How many of its records too few peers have taken; and whether a connected peer may still take one
 * of these: it has neither announced it itself, nor answered, nor been silent for too long. */
size_t sender_open(const struct sender *s);
bool sender_is_wanted(const struct sender *s);

/* How many of the others were taken by peers that have yet to say what became of them; and how many
 * in all only by peers that never say so. */
size_t sender_unjudged(const struct sender *s);
uint64_t sender_untold(const struct sender *s);

/* How many of the others are done only because peers say that they have them, without having asked
 * for them; and whether some peer has yet to answer. */
size_t sender_unsure(const struct sender *s);
bool sender_waits(const struct sender *s);

/* When a peer last took something, or said what became of it. sender_give_up calls config->late or
 * config->unjudged for every record that is not done. */
int64_t sender_progress(const struct sender *s);
void sender_give_up(struct sender *s);

/* Fills in our hello. */
void sender_hello(const struct sender *s, struct hello *h);

/* Adds a peer on this session, which stays the caller's until the peer has left. NULL: too many, or
 * no memory. */
struct outbound *sender_join(struct sender *s, struct session *session, const char *who,
                             int64_t now);

/* The peer has this record, held here or yet to arrive, from elsewhere: it is not announced to it.
 */
void sender_has(struct sender *s, struct outbound *peer, const uint8_t id[ID_LEN]);

/* Removes and frees the peer. */
void sender_leave(struct sender *s, struct outbound *peer);

/* The callbacks for a peer's session; self is the peer. */
struct session_role sender_role(void);

/* Call after each turn: announces new records, and sends as many requested ones as the connections
 * take. */
void sender_settle(struct sender *s, int64_t now);

/* No more records will come: from now on no announcement waits for others. */
void sender_hurry(struct sender *s);

/* How long the next turn may be put off, in ms, if not for something else: at most so long. */
int sender_wait(const struct sender *s, int64_t now, int most);

#endif
