/*
 * The side of gossip(7) that holds no ledger, without any I/O: requests headers, answer by answer,
 * until the peer's best chain is known, and proofs. Its owner judges every header as it arrives.
 *
 * A fault of its functions is the peer's (FAULT_RULE), for which the link is closed, or trouble.
 */
#ifndef SYNC_HEADER_PULLER_H
#define SYNC_HEADER_PULLER_H

#include "record/account.h"
#include "record/proof.h"
#include "wire/session.h"

#define HEADER_PULLER_STALL 30000       /* ms without a requested line */
#define HEADER_PULLER_ANSWER_MAX 120000 /* ms from a request to the end of its answer */
#define HEADER_PULLER_REWINDS_MAX 4     /* answers in a row without a new header */

/* The headers that we have. All give -1 and a fault if they fail. */
struct header_chain {
    /* Whether the header is here: 1 or 0. */
    int (*has)(void *self, const uint8_t id[ID_LEN], struct fault *f);
    /* A locator of at most max ids, one that nobody has if there is no genesis: how many. */
    int (*locate)(void *self, uint8_t ids[][ID_LEN], int max);
    /* Whether there is a genesis block. */
    bool (*begun)(void *self);
    /* Whether lines may stand with a header (verify(1), "Chains that members seal"). NULL: never.
     */
    bool (*sealed)(void *self);
    /* Up to which height nothing new can come, as it is final, although not all of its headers need
     * be here. NULL: of nothing. */
    int64_t (*final)(void *self);
    /* Takes a header line, and the lines that stand with it, without the last newline; or the whole
     * genesis block; or, in answer to `jump`, both headers with theirs. 1 if it is new, 0 if it was
     * here already. */
    int (*take)(void *self, const char *text, size_t len, bool genesis, struct fault *f);
    /* Takes an attest line and, after a newline, the proof that it is in a body of this block: 1 if
     * it counts and is new, else 0. NULL: they are not asked for. */
    int (*attest)(void *self, const uint8_t block[ID_LEN], const char *text, size_t len,
                  struct fault *f);
    uint8_t chain[ID_LEN];
    void *self;
};

enum header_request {
    REQUEST_NONE,
    REQUEST_HEADERS,
    REQUEST_PROOF,
    REQUEST_BALANCE,
    REQUEST_JUMP,
    REQUEST_ATTESTS
};

struct header_puller {
    const struct header_chain *chain;
    void *self;                  /* for take: the owner's peer */
    enum header_request request; /* the one that is not answered yet */
    int64_t asked, progress;     /* when it was made; when a line last arrived */
    uint8_t tip[ID_LEN];         /* the peer's best tip, as last announced */
    int64_t height;              /* ... and its height */

    int64_t left; /* headers, or blocks with attest lines, that this answer may still contain */
    int64_t got, fresh;   /* how many it contained, or how many lines, and how many were new */
    uint8_t last[ID_LEN]; /* the last one */
    bool wants_genesis;   /* there was none when it was requested */
    struct buf genesis;   /* the genesis block, whose body is arriving */
    int64_t body_left;
    struct buf group;         /* a header whose lines are arriving, and they; or an attest line */
    size_t group_lines;       /* of the header; or attest lines of one block */
    uint8_t attested[ID_LEN]; /* that block */
    size_t attests_bytes;     /* of attest lines and their proofs in this answer */
    bool goes_on;             /* the next request continues after `last` */
    int rewinds;

    uint8_t wanted[ID_LEN]; /* the record to be proved, or the block whose header is wanted; or the
                               place of the account (state(5)) */
    struct buf header;      /* the answer: a header line without its newline; of a block alone, the
                               lines of its set are in `group`, a newline before each, */
    bool proved;            /* ... and a proof that leads to its root */
    struct proof proof;
    struct buf state; /* of an account: the `state` line that is proved, and the line after it, each
                         with its newline */
    int state_lines;
    enum header_request was;                               /* at the end of an answer: to what */
    void (*answered)(void *self, struct header_puller *p); /* called at the end of such an answer */
};

/* The chain stays the caller's; self is for its take and for answered. */
void header_puller_init(struct header_puller *p, const struct header_chain *chain, void *self,
                        void (*answered)(void *self, struct header_puller *p));
void header_puller_free(struct header_puller *p);

/* The functions of a session's role: 0, or -1 and a fault. */
void header_puller_greeted(struct header_puller *p, const struct session *s);
int header_puller_line(struct header_puller *p, struct session *s, enum wire_word word,
                       const char *line, size_t len, int64_t now, struct fault *f);

/* Whether the peer's best tip is here: 1 or 0, -1 and trouble. */
int header_puller_has_all(const struct header_puller *p, struct fault *f);

/* Requests headers after those that we have, at most count; the proof of a record; what an account
 * had after the block of a height; a jump to a height, which `take` gets, if the peer has it,
 * before `answered` is called; or the attest lines in the bodies of at most count blocks after this
 * one. Only without an open request. 0, or -1 and trouble. */
int header_puller_ask(struct header_puller *p, struct session *s, int64_t count, int64_t now,
                      struct fault *f);
int header_puller_prove(struct header_puller *p, struct session *s, const uint8_t id[ID_LEN],
                        int64_t now, struct fault *f);
int header_puller_balance(struct header_puller *p, struct session *s, const struct account *account,
                          int64_t height, int64_t now, struct fault *f);
int header_puller_jump(struct header_puller *p, struct session *s, int64_t height, int64_t now,
                       struct fault *f);

int header_puller_attests(struct header_puller *p, struct session *s, const uint8_t after[ID_LEN],
                          int64_t count, int64_t now, struct fault *f);

/* Call about once a second: 0, or -1 and a rule if the peer stalls. */
int header_puller_tick(const struct header_puller *p, int64_t now, struct fault *f);

#endif
