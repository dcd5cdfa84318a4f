/* Shared by listener*.c only. */
#ifndef GOSSIP_LISTENER_PARTS_H
#define GOSSIP_LISTENER_PARTS_H

#include "base/bucket.h"
#include "gossip/key_times.h"
#include "gossip/listener.h"
#include "gossip/lull.h"
#include "gossip/origins.h"
#include "gossip/recent_txs.h"
#include "stream/stream.h"

#define NOBODY UINT16_MAX
#define GATHER_MAX (1 << 20) /* bytes of records checked together */
#define GATHER_RECORDS 8192  /* ... and their number, for lines may be short */
#define ANNOUNCERS_MAX 16    /* peers remembered as having announced a record */

/* A compact block that is being reconstructed. */
struct reconstruction {
    uint8_t id[ID_LEN];
    uint16_t slot; /* the peer that sends it */
    struct block block;
    struct buf header; /* its line, with its newline */
    uint8_t (*shorts)[WIRE_SHORT_LEN];
    size_t *at, *len;     /* where each line is in text; len 0: it is missing */
    struct buf text;      /* the lines that are there, in any order */
    size_t count, cap;    /* short ids received; capacity */
    size_t missing, next; /* lines missing; index of the one that must arrive next */
    size_t arrived;       /* bytes of requested lines */
};

/* A record that waits to be checked. */
struct gathered {
    size_t end;     /* where it ends in the text */
    int64_t number; /* of its announcement, if it was pushed; else WIRE_NO_NUMBER */
    uint16_t slot;  /* of its sender */
};

/* Where a record came from that is being checked. */
struct source_peer {
    int64_t number;
    uint16_t slot;
    bool unwanted; /* it was pushed, and is known, or not taken from this peer */
};

/* Records whose signatures are being checked. */
struct checking {
    struct batch batch;
    struct buf from; /* struct source_peer: of each */
};

/* A key that broke a rule, and is refused until then. */
struct discouraged {
    uint8_t key[ID_LEN];
    int64_t until;
};

/* A transaction in its stem phase. */
struct stem {
    uint8_t id[ID_LEN];
};

/* A record that was announced and is not here yet. It was requested from the first `requested` of
 * its announcers; those before `round` have had their time, and may still deliver. */
struct in_flight {
    uint8_t id[ID_LEN];
    struct reconstruction
        *reconstruction; /* a compact block that is being reconstructed, or NULL */
    int64_t since;       /* when it was last requested */
    uint8_t count, requested, round;
    bool is_block; /* it was announced by a brief */
    bool stem;     /* it was announced as a stem */
    bool hidden;   /* we have it as a stem, and request it only to hide that */
    uint16_t who[ANNOUNCERS_MAX];
    uint32_t numbers[ANNOUNCERS_MAX]; /* of their announcements, modulo 2^32 */
};

struct inbound_state {
    struct listener *listener;
    uint16_t slot;
    bool eager;             /* it was told to push small records, */
    bool was_eager;         /* ... or was once, so that some may be on their way */
    bool is_first;          /* it is eager for being the first most often */
    bool pushing;           /* the next line is a record that it pushes */
    uint32_t firsts;        /* new records that it delivered; halved when eager peers are chosen */
    uint64_t announcements; /* ids announced in all, repeated ones counted again */
    size_t announced;       /* entries of in_flight that name it */
    size_t beside;          /* ... in which it was requested beside others */
    uint64_t wanted;        /* records and lines requested from it and not delivered */
    uint64_t late;          /* records that it did not deliver in time */
    int64_t brought;        /* when it last delivered something */
    struct bucket budget;   /* of useless records */
    struct bucket beyond;   /* of requests once that is spent, if it is a relay */
    struct bucket peers;    /* of peer records */
    uint64_t number;        /* of the peer, in the order of arrival */

    struct buf block; /* a block whose body is arriving */
    uint8_t block_id[ID_LEN];
    int64_t body_left, body_began;
    bool skipping; /* the body of a block that is not taken, of which so many bytes have arrived: */
    size_t skipped;

    struct reconstruction *shorts; /* whose short ids are arriving */
    int64_t shorts_left;           /* ... how many are left; skipped if shorts is NULL */
    struct reconstruction *lines;  /* whose missing lines were requested from it */

    struct buf taken; /* struct wire_ref: to be acknowledged */

    bool pulling;      /* an answer to `pull`, `headers` or `attests` is being sent */
    bool pull_headers; /* ... without bodies, by listener_light*.c */
    bool pull_attests; /* ... of attest lines */
    int64_t pull_next, pull_left;
    size_t pull_bytes; /* of headers or attest lines, sent so far */
    uint8_t pull_prev[ID_LEN];

    struct buf light; /* a request of a light client that is not answered yet: its line */
    struct bucket light_requests;
};

struct listener {
    const struct listener_config *config;
    struct inbound *peers[LISTENER_PEERS_MAX]; /* by slot */
    size_t top;                                /* slots from here on are free */
    size_t news;      /* new records since those that push were last chosen, */
    int64_t chosen;   /* ... which was then; or 0 */
    int64_t redrawn;  /* when those among them that rely on us were last drawn anew */
    bool owed;        /* some peer has acknowledgements waiting, */
    struct lull lull; /* ... perhaps until this is over */
    struct idset seen;
    struct idmap in_flight;     /* struct in_flight */
    struct idmap discouraged;   /* struct discouraged */
    struct idmap stems;         /* struct stem */
    struct buf light_queue;     /* uint16_t: the slots of light clients that wait, longest first */
    struct bucket proofs;       /* bytes that may be read to prove something */
    bool light_busy;            /* one can be answered at once */
    struct idset ignored;       /* records that are useless here, or were from one peer */
    struct origins origins;     /* of the records printed */
    struct key_times key_times; /* when each key was last in a peer record */
    uint64_t arrivals;          /* of peers */
    int64_t looked;             /* when requests were last checked */
    uint64_t chance;
    struct recent_txs recent_txs;
    size_t reconstructions;
    size_t blocks_bytes; /* of blocks in transit, of all peers */
    struct stream *stream;
    struct span waiting;        /* what the stream has yet to read */
    struct buf text;            /* the records gathered */
    struct buf gathered;        /* struct gathered: of each of them */
    size_t begun;               /* how many of these are in a batch already */
    struct checking batches[2]; /* one is read while the signatures of the other are checked */
    int current;                /* the one being checked, */
    bool checking, fresh;       /* ... if any is; it began in this turn */
    struct buf out;
    struct buf scratch;
};

/* --- listener.c --- */

/* Useless records that a peer may deliver, beside one for each that is new; requests to a relay
 * that has delivered more of them; and a peer's peer records. */
extern const struct rate listener_budget, listener_beyond, listener_peers;

/* Marks a peer as doomed, with this word for its bye, unless it is already. Gives -1. */
int inbound_doom(struct inbound *peer, const char *word, const struct fault *why);

struct inbound *inbound_at(const struct listener *l, uint16_t slot);
void listener_log(const struct listener *l, const struct inbound *peer, const char *event,
                  const uint8_t *id, const char *words);

/* Queues a record from this peer for checking; number: of the announcement that it is itself, if it
 * was pushed. 0, or -1: no memory. */
int listener_gather(struct listener *l, const struct inbound *peer, const char *text, size_t n,
                    int64_t number);

/* The size limit of blocks, in bytes. */
uint64_t listener_block_limit(const struct listener *l);

/* --- listener_acknowledge.c --- */

/* The record in the peer's announcement of this number; by its id if the number is WIRE_NO_NUMBER
 * or too old, or the connection has none. */
struct wire_ref inbound_ref(const struct inbound *peer, const uint8_t id[ID_LEN], int64_t number);

/* Queues an acknowledgement of that record for the peer. */
void inbound_take(struct inbound *peer, const uint8_t id[ID_LEN], int64_t number);

/* Whether it passes on what others send, and so cannot answer for all of it; or says so. */
static inline bool inbound_is_relay(const struct inbound *peer)
{
    return peer->session->theirs.roles & WIRE_LISTENS;
}

/* Acknowledges what was taken; to peers that can wait not yet, unless the lull is over. 0, or -1:
 * no memory. */
int listener_acknowledge(struct listener *l, bool over, int64_t now);

/* --- listener_blocks.c --- */

/* A block's header; the lines after it are its body, for take_body. 0, or -1 and a fault. */
int take_block(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f);
int take_body(struct listener *l, struct inbound *peer, enum wire_word word, const char *line,
              size_t len, int64_t now, struct fault *f);

/* Whether a body arrives too slowly. */
bool body_is_late(const struct inbound *peer, int64_t now);

/* Frees what has arrived of a block. */
void body_drop(struct listener *l, struct inbound *peer);

/* --- listener_check.c --- */

/* Whether the peer may send one more record: it was sent no more than were requested. Called before
 * any other work on it. 0, or -1 and a rule. */
int inbound_admit(struct inbound *peer, struct fault *f);

/* The peer delivered something that is of no use here, as an honest relay may: it costs some of its
 * budget, and nothing else. */
void inbound_useless(struct inbound *peer, int64_t now);

/* The peer sent a record that no honest one sends. */
void listener_doom_for(const struct listener *l, struct inbound *peer, const struct item *item,
                       const struct fault *why);

/* Handles one checked record, from peer (NULL: from an earlier run, or from a peer that left). 0,
 * or -1: no memory. */
int listener_take_item(struct listener *l, struct inbound *peer, const struct item *item,
                       int64_t now);

/* --- listener_batches.c --- */

/* Checks the records gathered and puts the valid ones into out. If `last` is false, many records
 * may be left to be checked by other threads while this one reads sockets; the next call handles
 * them. 0, or -1 and trouble. */
int listener_check(struct listener *l, bool last, int64_t now, struct fault *f);

/* Unchecked records of a peer that leaves are not attributed to the next peer in its slot. */
void listener_orphan(struct listener *l, uint16_t slot);

void listener_check_free(struct listener *l);

/* --- listener_eager.c: who pushes --- */

/* `push': the next line is a record that was not announced. 0, or -1 and a rule. */
int take_push(struct inbound *peer, size_t len, struct fault *f);

/* The peer delivered a new record: from time to time, the peers are chosen that are to push them.
 */
void eager_note(struct listener *l, struct inbound *peer, int64_t now);

/* --- listener_announce.c --- */

int take_have(struct listener *l, struct inbound *peer, const char *line, size_t len, bool stem,
              int64_t now, struct fault *f);

/* The number of the peer's next announcement. */
static inline int64_t inbound_number(struct inbound *peer)
{
    return (int64_t)peer->state->announcements++;
}

/* The peer announces an id, under this number; *ask: request it from this peer. */
void in_flight_announce(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                        int64_t number, bool stem, int64_t now, bool *ask);

/* The record is of no use here, whoever delivers it: drops the entry, if there is one, and ignores
 * further announcements of it for a while. */
void in_flight_ignore(struct listener *l, const uint8_t id[ID_LEN]);

/* This peer's copy is not taken: another announcer is asked. */
void in_flight_ignore_from(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                           int64_t now);

/* --- listener_announcers.c: the peers in an entry --- */

#define BESIDE_MAX 512   /* requests to one peer beside requests to others */
#define AGAIN_AFTER 1000 /* ms between further rounds of requests for a record */

/* The peer's index among the announcers; a->count: it is none. */
size_t announcer_index(const struct in_flight *a, const struct inbound *peer);

void announcer_swap(struct in_flight *a, size_t i, size_t j);

/* The number of that announcement. */
int64_t announcer_number(const struct listener *l, const struct in_flight *a, size_t i);

/* Removes the announcer with this index, keeping those that were asked first in order. */
void announcer_remove(struct listener *l, struct in_flight *a, size_t i);

/* Adds an announcer. If all places are taken, one of the most crowded network makes way, by rank:
 * so many strangers cannot displace for good the one that would deliver. */
void announcer_add(struct listener *l, struct inbound *peer, struct in_flight *a, int64_t number);

/* The entry for a record that was requested from this peer, or NULL. */
struct in_flight *in_flight_of(const struct listener *l, const struct inbound *peer,
                               const uint8_t id[ID_LEN]);

/* Drops the entry without acknowledgements. */
void in_flight_drop(struct listener *l, struct in_flight *a);

/* --- listener_in_flight.c: requests --- */

/* Requests a record, announced under this number, from the peer. 0, or -1: no memory. */
int in_flight_request(struct listener *l, struct inbound *peer, const uint8_t id[ID_LEN],
                      int64_t number);

/* Requests the record from as many more of its announcers; how many there were. */
size_t in_flight_request_more(struct listener *l, struct in_flight *a, size_t most, int64_t now);

/* Requests it from another announcer; drops the entry if nobody is left to deliver it, or to be
 * waited for. */
void in_flight_request_another(struct listener *l, struct in_flight *a, int64_t now);

/* The record has arrived from this peer (NULL: from an earlier run): acknowledges it to all that
 * announced it, and drops the entry. */
void in_flight_done(struct listener *l, struct in_flight *a, struct inbound *by);

/* The peer leaves or is doomed: moves its requests to others. */
void in_flight_forget(struct listener *l, struct inbound *peer, int64_t now);

void in_flight_tick(struct listener *l, int64_t now);

/* --- listener_compact.c: compact blocks --- */

/* Judges a header before its body has arrived. 0, or -1 and a rule; *strange: our ledger does not
 * allow it, which is for us alone to know: a relay without a ledger, or with another clock, may
 * have passed it on. */
int listener_judge_header(const struct listener *l, const struct block *block,
                          const uint8_t id[ID_LEN], bool *strange, struct fault *f);

int take_brief(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f);
int take_short(struct listener *l, struct inbound *peer, const char *line, size_t len, int64_t now,
               struct fault *f);

/* If the line answers our `lines`, uses it: 1; 0 if not, or -1 and a fault. */
int take_missing(struct listener *l, struct inbound *peer, const char *line, size_t len,
                 int64_t now, struct fault *f);

/* Frees a reconstruction, and clears the peers' references to it. */
void reconstruction_drop(struct listener *l, struct reconstruction *r);

/* --- listener_serve.c --- */

int take_pull(struct listener *l, struct inbound *peer, const char *line, size_t len,
              struct fault *f);

/* Reads `WORD COUNT ID...`, with COUNT from least to most: where its ids begin. NULL and a rule. */
const char *listener_read_pull(const char *word, int least, int most, const char *line, size_t len,
                               int64_t *count, struct fault *f);

/* The first height to send after the first of these ids (n bytes) that is on the best chain: 0 or
 * higher, -1 and a rule, or trouble with our ledger. */
int64_t listener_first_height(const struct listener *l, const char *ids, size_t n, struct fault *f);

/* Ends an answer with `pulled`, which says where the best chain is now. */
void listener_put_end(struct listener *l, struct inbound *peer, bool light);

/* We cannot answer, through no fault of the peer: it may ask again. */
void listener_turn_away(struct inbound *peer, const struct fault *why);

/* --- listener_light.c: requests of light clients --- */

int take_light(struct listener *l, struct inbound *peer, enum wire_word word, const char *line,
               size_t len, struct fault *f);

/* Whether a request of the peer is not answered yet: it may have one at a time. */
static inline bool listener_owes(const struct inbound *peer)
{
    return peer->state->pulling || peer->state->light.len;
}

/* Requests of a light client. */
extern const struct rate listener_light;

/* Answers light clients for a turn, within the limits. 0, or -1: no memory. */
int light_turn(struct listener *l, int64_t now);

#endif
