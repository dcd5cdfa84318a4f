/* What the parts of a listener know of each other: for listener*.c alone. */
#ifndef NET_LISTENER_PARTS_H
#define NET_LISTENER_PARTS_H

#include "net/listener.h"
#include "net/recents.h"
#include "stream/stream.h"

#define NOBODY UINT16_MAX
#define GATHER_MAX (1 << 20) /* bytes of records that are checked together */
#define PEER_TOKENS_MAX 200  /* peer records that a guest may bring at once */
#define OTHERS_MAX 6

/* A block that is being filled from a brief. */
struct filling {
    uint8_t id[ID_LEN];
    uint16_t slot; /* the guest that it comes from */
    struct block block;
    struct buf header; /* its line, with its newline */
    uint8_t (*shorts)[WIRE_SHORT_LEN];
    size_t *at, *len;     /* where each line stands in text; len 0: it is missing */
    struct buf text;      /* the lines that are there, in any order */
    size_t count, cap;    /* shorts that have come; room for shorts */
    size_t missing, next; /* lines missing; the one that must come next */
};

/* A transaction that came as a stem and is not everybody's yet. */
struct stem {
    uint8_t id[ID_LEN];
};

/* A record that was announced and is not there yet. */
struct asked {
    uint8_t id[ID_LEN];
    struct filling *filling; /* NULL, unless it is a block whose brief is being filled */
    int64_t since;           /* when it was asked for */
    uint16_t slot;           /* of whom */
    uint8_t others_count;
    bool came;   /* the one asked has sent it, or its header: not a second time */
    bool stem;   /* it was announced as a stem */
    bool hidden; /* we have it as a stem already, and only ask in order not to tell */
    uint16_t others[OTHERS_MAX]; /* who announced it too */
};

struct guest_state {
    struct listener *listener;
    uint16_t slot;
    size_t announced; /* entries of the table of asked ones that name it */
    uint64_t credit;  /* records that it may still bring though nobody waits for them any more */
    uint64_t late;    /* records that it did not bring in time */
    uint64_t useless; /* records that nobody here takes */
    int64_t brought;  /* when it last brought something */
    int64_t peer_tokens, peer_refilled;

    struct buf block; /* a block whose body is coming */
    int64_t body_left, body_began;

    struct filling *shorts; /* whose short lines are coming */
    int64_t shorts_left;    /* ... of these, so many; with shorts NULL they are passed over */
    struct filling *lines;  /* whose missing lines were asked of it */

    struct buf taken; /* ids that are to be acknowledged */

    bool pulling;
    int64_t pull_next, pull_left;
    uint8_t pull_prev[ID_LEN];
};

struct listener {
    const struct listener_config *config;
    struct guest *guests[LISTENER_GUESTS_MAX]; /* by slot */
    size_t top;                                /* slots from here on are free */
    bool owed;                                 /* some guest has acknowledgements to get */
    struct idset seen;
    struct idmap asked;       /* struct asked */
    struct idmap discouraged; /* struct discouraged */
    struct idmap stems;       /* struct stem: transactions that came as stems */
    struct recents recents;
    size_t fillings;
    size_t blocks_bytes; /* of all guests' blocks that have come in part */
    struct stream *stream;
    struct span waiting; /* what the stream is still to read */
    struct buf text;     /* the records gathered */
    struct buf slots;    /* uint16_t: where each came from */
    struct batch batch;
    struct buf out;
    struct buf scratch;
};

/* --- listener.c --- */

/* The guest breaks a rule: it is doomed, with this bye word, unless it is so already. Gives -1. */
int guest_doom(struct guest *g, const char *word, const struct fault *why);

struct guest *guest_at(const struct listener *l, uint16_t slot);
void listener_log(const struct listener *l, const struct guest *g, const char *event,
                  const uint8_t *id, const char *words);

/* Puts a record from this guest with those to be checked. 0, or -1: no memory. */
int listener_gather(struct listener *l, const struct guest *g, const char *text, size_t n);

/* Notes that the guest's announcement is to be acknowledged. */
void guest_take(struct guest *g, const uint8_t id[ID_LEN]);

/* The largest block to take. */
uint64_t listener_block_limit(const struct listener *l);

/* --- listener_check.c: what becomes of records --- */

/* Whether the guest may bring the record: it was asked for and has not come yet, or it was asked
 * for once and comes late. Asked before anything more is done for it. 0, or -1 and a rule. */
int guest_admit(struct listener *l, struct guest *g, const uint8_t id[ID_LEN], struct fault *f);

/* Checks what was gathered and puts what is good into out. 0, or -1 and trouble. */
int listener_check(struct listener *l, int64_t now, struct fault *f);

/* --- listener_asked.c: who announced what, and who was asked for it --- */

int take_have(struct listener *l, struct guest *g, const char *line, size_t len, bool stem,
              int64_t now, struct fault *f);

/* The entry for a record that this guest may bring: it was asked for it. NULL: it was not. */
struct asked *asked_of(const struct listener *l, const struct guest *g, const uint8_t id[ID_LEN]);

/* Asks the guest for one record. 0, or -1: no memory. */
int asked_ask(struct listener *l, struct guest *g, const uint8_t id[ID_LEN]);

/* The guest announces one id; *ask: it is to be asked for it. */
void asked_announce(struct listener *l, struct guest *g, const uint8_t id[ID_LEN], bool stem,
                    int64_t now, bool *ask);

/* The record is here, by this guest (NULL: from before): everyone who announced it is owed a taken,
 * and the entry goes. */
void asked_done(struct listener *l, struct asked *a, struct guest *by);

/* The entry goes, and nobody is owed anything. */
void asked_drop(struct listener *l, struct asked *a);

/* The one asked does not bring it: the next is asked, or the entry goes. */
void asked_next(struct listener *l, struct asked *a, int64_t now);

/* The guest leaves or brought rubbish: it is asked for nothing any more. */
void asked_forget(struct listener *l, struct guest *g, int64_t now);

void asked_tick(struct listener *l, int64_t now);

/* --- listener_fill.c: briefs --- */

/* What is wrong with a header whose body has not come. 0, or -1 and a rule. */
int listener_judge_header(const struct listener *l, const struct block *block,
                          const uint8_t id[ID_LEN], struct fault *f);

int take_brief(struct listener *l, struct guest *g, const char *line, size_t len, int64_t now,
               struct fault *f);
int take_short(struct listener *l, struct guest *g, const char *line, size_t len, int64_t now,
               struct fault *f);

/* Whether the line answers our `lines`: 1 and it is used, 0, or -1 and a fault. */
int take_missing(struct listener *l, struct guest *g, const char *line, size_t len, int64_t now,
                 struct fault *f);

/* Frees a filling, and whoever was at it forgets it. */
void filling_drop(struct listener *l, struct filling *fill);

/* --- listener_serve.c --- */

int take_pull(struct listener *l, struct guest *g, const char *line, size_t len, struct fault *f);

#endif
