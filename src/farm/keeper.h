/*
 * A pool's work and what its members say of it: each has a region of the nonces of his own, so that
 * a share's nonce says whose it is, and a share counts once. What no member has is the pool's own.
 */
#ifndef FARM_KEEPER_H
#define FARM_KEEPER_H

#include "farm/nonces.h"
#include "farm/unsealed.h"

#define KEEPER_MEMBERS 65536 /* and so many regions has the range of the work */

struct member {
    uint8_t account[ID_LEN];
    uint64_t next, last; /* the nonces of his region that are not given out */
    bool used_up;        /* none are left */
    bool has_ticket;     /* for the nonces from here to there */
    uint64_t ticket_first, ticket_last;
};

struct keeper {
    struct member *members; /* the caller's */
    size_t count;
    uint64_t range; /* nonces of a ticket */
    bool has_work;
    bool over; /* its block was found */
    struct ticket work;
    struct unsealed header;
    uint64_t region; /* nonces of each */
    struct nonces seen;
};

void keeper_free(struct keeper *k);

/* Takes up the work of a ticket: 1, 0 where it is that work already, -1 and a fault. */
int keeper_begin(struct keeper *k, const struct ticket *t, struct fault *f);

/* Takes in a share that was counted before: where it is of this work, or of the same header's at
 * another share, it is not taken again, and no ticket is given for what lies before it. 0, or -1
 * and a fault. */
int keeper_recall(struct keeper *k, const struct share *s, struct fault *f);

/* The member's next ticket, or false: his region is used up, or the work is over. */
bool keeper_ticket(struct keeper *k, size_t member, struct ticket *t);

/* Judges a share, and counts it. 0 and whether it is the block, or -1 and a fault. */
int keeper_share(struct keeper *k, const struct share *s, bool *is_block, struct fault *f);

/* The share that a loose block of this work is, credited to whose nonce it is; it points into the
 * same line. 0: it is of no use any more. */
bool keeper_block(const struct keeper *k, const struct block *b, const struct field *header,
                  struct share *s);

/* Takes the block that a receipt gives away: a share that is credited to whom the block credits,
 * the pool; its seal is put at seal. 0, or -1 and a fault. */
int keeper_withheld(struct keeper *k, uint64_t nonce, char seal[SEAL_DIGITS], struct share *s,
                    struct fault *f);

enum keeper_receipt {
    KEEPER_OLD,      /* of work that is over: nothing is to be said of it */
    KEEPER_DONE,     /* his ticket is done: *member may have the next */
    KEEPER_UNSENT,   /* the same, but its best is a share that he has not sent: *f */
    KEEPER_WITHHELD, /* its best is the block, that he has not sent: *f */
    KEEPER_WRONG,    /* *f */
};

/* Judges a receipt. A verdict, or -1 and trouble. */
int keeper_receipt(struct keeper *k, const struct receipt *r, size_t *member, struct fault *f);

#endif
