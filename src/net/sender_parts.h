/* What the parts of a sender know of each other: for sender*.c alone. */
#ifndef NET_SENDER_PARTS_H
#define NET_SENDER_PARTS_H

#include "base/idmap.h"
#include "net/sender.h"
#include "stream/stream.h"

/* One record. Mates are bits, by slot. */
struct parcel {
    uint8_t id[ID_LEN];
    uint64_t seq;     /* its place in the order of arrival */
    uint64_t offered; /* to whom, of those that are connected */
    uint64_t settled; /* who of these has taken it, or is not waited for any more */
    uint64_t has;     /* who has ever taken it, as long as nobody else has the slot */
    unsigned taken;   /* mates that ever took it */
    int64_t came;
    int64_t embargo; /* a stem: when it becomes fluff at the latest; else 0 */
    int64_t count;   /* a block's: lines of its body; else -1 */
    size_t size;
    char text[];
};

/* Where parcels are kept, one behind the other: they go in the order in which they came. */
struct slab {
    struct slab *next;
    size_t size, used; /* bytes of room, and of those taken */
    size_t parcels;    /* that are still there */
    char room[];
};

struct mate_state {
    struct sender *sender;
    unsigned slot;
    uint64_t next;    /* the next in order of arrival that it is to be offered */
    uint64_t joined;  /* those before this one were there when it came */
    uint64_t back;    /* those before this one are still to be offered, newest first */
    size_t reoffer;   /* how many of these that others have taken already */
    size_t open;      /* offered, and not settled */
    int64_t moved;    /* when it last asked for something or took it */
    int64_t insisted; /* when it was last offered again what it let lie */
    struct buf again; /* uint64_t: numbers of those to be offered out of turn */
    struct buf wants; /* uint64_t: numbers of those it asked for, from wants_at on */
    size_t wants_at;
    uint64_t wanted, took; /* what follows the last that it asked for, and took: often the next */
    size_t lines_left;     /* bytes of blocks' lines that it may still ask for */
};

struct sender {
    const struct sender_config *config;
    struct mate *mates[SENDER_MATES_MAX];
    char last[SENDER_MATES_MAX][sizeof(((struct mate *)0)->who)]; /* who had the slot last */
    struct parcel **ring;                                         /* by number modulo cap */
    size_t cap;
    struct slab *oldest, *newest, *spare;
    uint64_t first, next; /* numbers of the oldest, and of the one that is to come */
    size_t bytes, open;   /* of all held; how many of them have not been taken enough */
    struct idmap places;  /* struct place */
    struct idset fluff;   /* transactions that are not to be sent as stems */
    struct stream *stream;
    struct span waiting;
    struct batch batch;
    uint64_t chance;
    unsigned stem_slot; /* of the mate that stems go to in this epoch, while it is there */
    int64_t epoch_ends;
    struct buf stems; /* uint64_t: numbers of those that are stems */
    int64_t progress;
    struct buf scratch;
};

struct place {
    uint8_t id[ID_LEN];
    uint64_t seq;
};

/* The record with this number, or this id; NULL: it is not held. */
struct parcel *parcel_at(const struct sender *s, uint64_t seq);
struct parcel *parcel_find(const struct sender *s, const uint8_t id[ID_LEN]);

/* The same where the record is likely to have the number *next, which is then set to the one behind
 * it. */
struct parcel *parcel_find_next(const struct sender *s, const uint8_t id[ID_LEN], uint64_t *next);

void sender_log(const struct sender *s, const struct mate *m, const char *event, const uint8_t *id,
                const char *words);

/* --- sender_offer.c: what mates are told of, and what they say --- */

/* The record was offered to the mate by this word. */
void mate_offered(struct sender *s, struct mate *m, struct parcel *p, const char *word);

/* Offers it to every mate again that has not taken it. */
void offer_again(struct sender *s, struct parcel *p);

/* Offers a new block by a brief to every mate that keeps up. */
void offer_brief(struct sender *s, struct parcel *p, const struct item *item);

/* --- sender_stem.c --- */

/* A new transaction becomes a stem, or not. */
void stem_begin(struct sender *s, struct parcel *p, int64_t now);

/* It is everybody's from here on. */
void stem_end(struct sender *s, struct parcel *p);

void stem_settle(struct sender *s, int64_t now);

#endif
