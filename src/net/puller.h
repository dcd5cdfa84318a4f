/*
 * What a puller does with what a peer says, without any I/O: asks for the blocks above ours, answer
 * by answer, until the peer's best chain is here, and gathers them whole. It checks what can be
 * said of a block's place in an answer; whether a block holds is for its owner to judge.
 *
 * A fault of its functions is the peer's (FAULT_RULE), which the link is then closed for, or
 * trouble. What it gathered before stays good.
 */
#ifndef NET_PULLER_H
#define NET_PULLER_H

#include "net/session.h"

#define PULLER_STALL 30000      /* ms without a line that was asked for */
#define PULLER_BLOCK_MAX 300000 /* ms from a block's first line to its last */
#define PULLER_REWINDS_MAX 8    /* answers that bring nothing higher than those before */
#define PULLER_ANSWER (1 << 19) /* bytes of an answer that are aimed at */

/* Our side's chain. */
struct puller_chain {
    /* Whether the block is here: 1 or 0, -1 and trouble. */
    int (*has)(void *self, const uint8_t id[ID_LEN], struct fault *f);
    /* Puts our locator behind the count ids in ids, WIRE_LOCATOR_MAX in all: the new count, or -1
     * and trouble. */
    int (*locate)(void *self, uint8_t ids[][ID_LEN], int count, struct fault *f);
    /* The largest block that the chain allows, as far as we know. */
    uint64_t (*maxblock)(void *self);
    void *self;
};

struct puller {
    const struct puller_chain *chain;
    bool pulling;        /* an answer is due */
    bool held;           /* nothing is to be asked for now, */
    bool due;            /* though it would be, */
    bool goes_on;        /* from what came last on */
    uint8_t tip[ID_LEN]; /* the peer's best, as far as it has told */
    int64_t height;      /* ... and its height */
    struct buf text;     /* blocks: the first `whole` bytes are whole ones */
    size_t whole;
    int64_t body_left, body_began; /* lines that the last block in text lacks; when it began */
    int64_t blocks_left;           /* how many this answer may still bring */
    int64_t blocks, bytes;         /* it has brought so much */
    uint8_t last[ID_LEN];          /* the block that came last, of any answer */
    int64_t last_height;           /* -1: none */
    int64_t highest;               /* the highest at an answer's end */
    int rewinds;
    int64_t progress; /* when something came that was asked for */
};

/* The chain stays the caller's. */
void puller_init(struct puller *p, const struct puller_chain *chain);
void puller_free(struct puller *p);

/* The two functions of a session's role: 0, or -1 and a fault. */
int puller_greeted(struct puller *p, struct session *s, int64_t now, struct fault *f);
int puller_line(struct puller *p, struct session *s, enum wire_word word, const char *line,
                size_t len, int64_t now, struct fault *f);

/* Asks what the peer has above ours, where no answer is due: 0, or -1 and trouble. */
int puller_ask(struct puller *p, struct session *s, int64_t now, struct fault *f);

/* From here on nothing is asked for (an answer that is due still comes, pings are answered), or all
 * again that is to be: 0, or -1 and trouble. */
int puller_hold(struct puller *p, bool held, struct session *s, int64_t now, struct fault *f);

/* Whether no answer is due, and nothing is to be asked for. */
bool puller_idle(const struct puller *p);

/* Moves the whole blocks that came behind what *out holds. 0, or -1: no memory. */
int puller_take(struct puller *p, struct buf *out);

/* Forgets all that came and was not taken. */
void puller_forget(struct puller *p);

/* To be called about once a second: 0, or -1 and a rule where the peer stalls. */
int puller_tick(const struct puller *p, int64_t now, struct fault *f);

/* Nothing was read until now, by our own doing. */
void puller_excuse(struct puller *p, int64_t now);

#endif
