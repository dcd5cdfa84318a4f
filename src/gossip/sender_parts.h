/* Shared by sender*.c only. */
#ifndef GOSSIP_SENDER_PARTS_H
#define GOSSIP_SENDER_PARTS_H

#include "base/bucket.h"
#include "base/idmap.h"
#include "gossip/lull.h"
#include "gossip/sender.h"
#include "record/armor.h"
#include "stream/stream.h"
#include "wire/wire_refs.h"

#define SENDER_HELD_MAX (1 << 22) /* records */

/* A record that is held. Sets of peers are bit masks, by slot. */
struct held {
    uint8_t id[ID_LEN];
    uint64_t seq;      /* its number in the order of arrival */
    uint64_t offered;  /* connected peers to which it was announced */
    uint64_t settled;  /* those of them that took it, or are not waited for */
    uint64_t stale;    /* those that had not settled it when that was last checked */
    uint64_t from;     /* connected peers that announced it to us */
    uint64_t has;      /* peers that took it, until another gets the slot */
    uint64_t told;     /* peers to which it was ever announced, until another gets the slot, */
    uint64_t given;    /* ... or sent */
    bool judged;       /* some peer has said what became of it */
    uint8_t postponed; /* how often one could not use it for now */
    bool unjudged;     /* a peer took it that has yet to say what became of it */
    unsigned taken;    /* how many peers ever took it, */
    unsigned sure;     /* ... after they had asked for it */
    int64_t came;
    int64_t embargo; /* a stem: when its embargo ends; else 0 */
    int64_t count;   /* of a block: the lines of its body; else -1 */
    bool is_peer;
    bool waits; /* a transaction that was in no block yet: a pool may lack it */
    size_t size;
    char text[];
};

/* Memory for records, in a row: they leave in the order in which they arrived. */
struct slab {
    struct slab *next;
    size_t size, used; /* bytes in all, and in use */
    size_t count;      /* records still in it */
    char room[];
};

/* The announcements to a peer, as far as they are remembered: the numbers of their records in the
 * order of arrival here, by their own number, counted from `first`, modulo cap. */
struct announcements {
    uint64_t *seqs;
    size_t cap;     /* a power of two, at most WIRE_REMEMBERED; or 0 */
    uint64_t first; /* earlier ones belong to a place that the peer lost */
};

struct outbound_state {
    struct sender *sender;
    unsigned slot;
    uint64_t next;       /* the next record to announce, in order of arrival */
    uint64_t joined;     /* records before this one arrived before the peer */
    uint64_t back;       /* records before this one are yet to be announced, newest first */
    size_t reoffer;      /* how many of these, already taken by others, are left to announce */
    uint64_t forth, end; /* the same for transactions that wait for a block, oldest first */
    size_t open;         /* announced, and not settled */
    struct bucket peers; /* of peer records that may be announced */
    struct buf waiting;  /* uint64_t: numbers of those that have to wait */
    int64_t swept;       /* when records that are not settled were last checked */
    int64_t moved;       /* when it last requested or took something */
    int64_t insisted;    /* when announcements were last repeated */
    struct buf again;    /* uint64_t: numbers of records to announce out of turn */
    struct announcements announcements;
    bool prompt; /* it requested what was announced last: it has nothing from others before */
    int64_t eager_from; /* when it said so, or that it is lazy */
    uint64_t last_have; /* the number of the record that was announced by `have' last, */
    bool has_last;      /* ... if any was */
    struct buf wants;   /* uint64_t: numbers of requested records, from wants_at on */
    size_t wants_at;
    /* The number after the last requested, taken, and judged: a guess at the next. */
    uint64_t wanted, took, judged;
    size_t lines_left; /* bytes of blocks' lines that may still be passed over for it */
    /* Where in a block's body its last request for lines ended; at 0: nowhere. */
    struct {
        uint64_t seq;  /* of the block */
        int64_t index; /* of the next line */
        size_t at;     /* ... and where it begins in the block */
    } body;
};

struct sender {
    const struct sender_config *config;
    struct outbound *peers[SENDER_PEERS_MAX];
    char last[SENDER_PEERS_MAX][sizeof(((struct outbound *)0)->who)]; /* the slot's last peer */
    struct held **ring;                                               /* by number modulo cap */
    size_t cap;
    struct slab *oldest, *newest, *spare;
    uint64_t first, next;            /* numbers of the oldest record, and of the next to arrive */
    size_t bytes, open;              /* of all records; how many of them too few peers have taken */
    struct idmap places;             /* struct place */
    struct idmap elsewhere;          /* struct elsewhere */
    uint64_t departures;             /* of peers, */
    uint64_t left[SENDER_PEERS_MAX]; /* ... and the number of the last from each slot */
    struct idset fluff;              /* transactions not to be sent as stems */
    struct stream *stream;
    struct armor armor; /* in that stream */
    struct span waiting;
    struct batch batch;
    size_t unjudged;   /* records that are */
    uint64_t verdicts; /* records that have one, */
    uint64_t untold;   /* ... and that were dropped without, taken by peers that give none */
    size_t unsure;     /* records of which held_is_unsure */
    uint64_t chance;
    struct lull lull;   /* in which announcements wait, */
    bool hurried;       /* ... but no more; */
    uint64_t own;       /* and not before this number, which is that of the last record that none of
                           the peers had, and 1; stems do not count */
    unsigned stem_slot; /* of the peer that gets this epoch's stems */
    int64_t epoch_ends;
    struct buf stems; /* uint64_t: numbers of the stems */
    int64_t progress;
    struct buf scratch;
};

/* Peers that announced a record that is not held here yet: a bit for each slot. Those of peers that
 * have left since it was last changed are void, and are cleared when it is next used. */
struct elsewhere {
    uint8_t id[ID_LEN];
    uint64_t peers;
    uint64_t departures; /* how many peers had left when it was last changed */
};

struct place {
    uint8_t id[ID_LEN];
    uint64_t seq;
};

/* Whether enough peers have the record, but some of them only say so, without having asked for it:
 * they may have it from others, or lie. */
static inline bool held_is_unsure(const struct sender *s, const struct held *p)
{
    return p->taken >= s->config->need && p->sure < s->config->need;
}

/* Whether enough peers have the record, and none of them says what becomes of it. */
static inline bool held_is_untold(const struct sender *s, const struct held *p)
{
    return p->taken >= s->config->need && !p->judged && !p->unjudged;
}

/* Whether the record is still to be asked about. */
static inline bool held_needs_verdict(const struct sender *s, const struct held *p)
{
    return p->unjudged && s->config->unjudged;
}

/* The record with this number or id; NULL: it is not held. */
struct held *held_at(const struct sender *s, uint64_t seq);
struct held *held_find(const struct sender *s, const uint8_t id[ID_LEN]);

/* Prefetches what held_find and held_add will read. */
void held_prefetch(const struct sender *s, const uint8_t id[ID_LEN]);

/* The same if the record probably has the number *next, which is set to the one after it. */
struct held *held_find_next(const struct sender *s, const uint8_t id[ID_LEN], uint64_t *next);

void sender_log(const struct sender *s, const struct outbound *peer, const char *event,
                const uint8_t *id, const char *words);

/* --- sender_held.c --- */

/* Holds a new record. NULL: no memory. */
struct held *held_add(struct sender *s, const struct item *item, int64_t now);

/* --- sender_elsewhere.c --- */

/* The peers that announced the record to us, by slot; forgets them. */
uint64_t elsewhere_take(struct sender *s, const uint8_t id[ID_LEN]);

/* --- sender_numbers.c --- */

/* Gives the record's announcement to the peer its number, in a connection that has them. Call for
 * each id in the order in which they are sent. */
void outbound_number(struct sender *s, struct outbound *peer, const struct held *p);

/* The record that the peer names; *next as in held_find_next. NULL: it is not held, or its number
 * is not remembered. */
struct held *outbound_held(const struct sender *s, const struct outbound *peer,
                           const struct wire_ref *ref, uint64_t *next);

/* --- sender_answer.c --- */

#define SENDER_ROOM (1 << 18) /* bytes waiting to be sent to a peer at which no more are added */

/* Its place in the sets of peers. */
static inline uint64_t outbound_bit(const struct outbound *peer)
{
    return 1ULL << peer->state->slot;
}

/* Queues what is in s->scratch. 0, or -1: no memory. */
int outbound_say(struct sender *s, struct outbound *peer);

/* Marks a peer as doomed, with this word for its bye, unless it is already. Gives -1. */
int outbound_doom(struct sender *s, struct outbound *peer, const char *word,
                  const struct fault *why);

/* Sends as many requested records as the connections take. 0, or -1: no memory. */
int outbound_give(struct sender *s, struct outbound *peer);

/* --- sender_offer.c --- */

/* Peer records that are announced to one peer: a little fewer than a listener takes. */
extern const struct rate sender_peers;

/* Notes that the record was announced to the peer by this word, and numbers the announcement. */
void outbound_offered(struct sender *s, struct outbound *peer, struct held *p, const char *word);

/* Announces it again to every peer that has not taken it. */
void offer_again(struct sender *s, struct held *p);

/* Announces a new block by a brief to every peer that keeps up. */
void offer_brief(struct sender *s, struct held *p, const struct item *item);

/* --- sender_push.c --- */

/* Whether the peer was told of the record before, or others have taken it already. */
bool outbound_is_again(const struct outbound *peer, const struct held *p);

/* Whether the record is to be pushed to the peer, rather than announced. */
bool push_is_due(const struct sender *s, const struct outbound *peer, const struct held *p);

/* Whether to announce nothing for now: a peer has become eager, and will soon have requested what
 * was announced before, so that what follows can be pushed. */
bool push_is_near(const struct sender *s, const struct outbound *peer, int64_t now);

/* Whether the peer is told of new records only once the lull is over, which begins here if it has
 * not: it sends, too, and had the last ones from others. */
bool offer_waits(struct sender *s, const struct outbound *peer, int64_t now);

/* Pushes the record, which is an announcement, too. 0, or -1: no memory. */
int push_record(struct sender *s, struct outbound *peer, struct held *p);

/* --- sender_stem.c --- */

/* Decides whether a new transaction begins as a stem. */
void stem_begin(struct sender *s, struct held *p, int64_t now);

/* Fluffs a transaction. */
void stem_end(struct sender *s, struct held *p);

void stem_settle(struct sender *s, int64_t now);

#endif
