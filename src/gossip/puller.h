/*
 * The pulling side of gossip(7), without any I/O: requests the blocks above ours, answer by answer,
 * until the peer's best chain is here, and collects whole blocks. It checks only that the blocks of
 * an answer follow each other; its owner judges them.
 *
 * A fault of its functions is the peer's (FAULT_RULE), for which the link is closed, or trouble.
 * The blocks collected before remain valid.
 */
#ifndef GOSSIP_PULLER_H
#define GOSSIP_PULLER_H

#include "wire/session.h"

#define PULLER_STALL 30000      /* ms without a requested line */
#define PULLER_BLOCK_MAX 300000 /* ms from a block's first line to its last */
#define PULLER_REWINDS_MAX 8    /* answers in a row that reach no new height */
#define PULLER_ANSWER (1 << 19) /* bytes of an answer to aim for */

/* Our chain. */
struct puller_chain {
    /* Whether the block is here: 1 or 0, -1 and trouble. */
    int (*has)(void *self, const uint8_t id[ID_LEN], struct fault *f);
    /* Appends our locator to the count ids in ids, up to WIRE_LOCATOR_MAX in all: the new count, or
     * -1 and trouble. */
    int (*locate)(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f);
    /* The size limit of blocks, as far as we know. */
    uint64_t (*maxblock)(void *self);
    void *self;
};

struct puller {
    const struct puller_chain *chain;
    bool pulling;        /* an answer is due, */
    bool looking;        /* to a question for the peer's tip alone */
    bool held;           /* requests are suspended, */
    bool due;            /* a request is due when they resume, */
    bool goes_on;        /* and continues after the last block received */
    uint8_t tip[ID_LEN]; /* the peer's best tip, as last announced */
    int64_t height;      /* ... and its height */
    struct buf text;     /* blocks: the first `whole` bytes are whole blocks */
    size_t whole;
    int64_t body_left, body_began; /* lines missing of the last block in text; when it began */
    int64_t blocks_left;           /* how many blocks this answer may still contain */
    int64_t blocks, bytes;         /* how much it contained so far */
    uint8_t last[ID_LEN];          /* the last block received, in any answer */
    int64_t last_height;           /* -1: none */
    int64_t highest;               /* the greatest height at the end of an answer */
    int rewinds;
    int64_t progress; /* when something requested last arrived */
};

/* The chain stays the caller's. */
void puller_init(struct puller *p, const struct puller_chain *chain);
void puller_free(struct puller *p);

/* The functions of a session's role: 0, or -1 and a fault. */
int puller_greeted(struct puller *p, struct session *s, int64_t now, struct fault *f);
int puller_line(struct puller *p, struct session *s, enum wire_word word, const char *line,
                size_t len, int64_t now, struct fault *f);

/* Requests the blocks above ours, unless an answer is due: 0, or -1 and trouble. */
int puller_ask(struct puller *p, struct session *s, int64_t now, struct fault *f);

/* Asks for nothing but the peer's best tip, if no answer is due, and if its version of the protocol
 * has such a question. 1 it is asked, 0 not, -1 and trouble. */
int puller_look(struct puller *p, struct session *s, int64_t now, struct fault *f);

/* Suspends requests (an answer that is due still arrives, pings are answered), or resumes them: 0,
 * or -1 and trouble. */
int puller_hold(struct puller *p, bool held, struct session *s, int64_t now, struct fault *f);

/* Whether no answer is due and nothing needs to be requested. */
bool puller_idle(const struct puller *p);

/* Moves the whole blocks received to the end of *out. 0, or -1: no memory. */
int puller_take(struct puller *p, struct buf *out);

/* Drops everything received and not taken. */
void puller_forget(struct puller *p);

/* Call about once a second: 0, or -1 and a rule if the peer stalls. */
int puller_tick(const struct puller *p, int64_t now, struct fault *f);

/* We did not read until now: restarts the stall timer. */
void puller_excuse(struct puller *p, int64_t now);

#endif
