/*
 * A pool's work and the results from its members. Each member has a region of the nonces to itself,
 * so the nonce of a share says who found it; each share counts once. Nonces outside the members'
 * regions are the pool's own.
 */
#ifndef FARM_POOL_WORK_H
#define FARM_POOL_WORK_H

#include "farm/nonces.h"
#include "farm/unsealed.h"

#define POOL_WORK_MEMBERS 65536 /* also the number of regions in the range of the work */

struct pool_member {
    struct account account;
    uint64_t next, last; /* the nonces of its region not yet given out */
    bool used_up;        /* none are left */
    bool has_ticket;     /* for the nonces from ticket_first to ticket_last */
    uint64_t ticket_first, ticket_last;
};

struct pool_work {
    struct pool_member *members; /* the caller's */
    size_t count;
    uint64_t range; /* nonces for each ticket */
    bool has_work;
    bool over; /* its block was found */
    struct ticket work;
    struct unsealed header;
    uint64_t region; /* nonces in each region */
    struct nonces seen;
};

void pool_work_free(struct pool_work *w);

/* Starts on the work of a ticket: 1; 0 if it is the current work already; -1 and a fault. */
int pool_work_begin(struct pool_work *w, const struct ticket *t, struct fault *f);

/* Restores a share that was counted earlier. If it is of this work, or of the same header with
 * another share target, it is not accepted again, and no ticket is given out for the nonces before
 * it. 0, or -1 and a fault. */
int pool_work_recall(struct pool_work *w, const struct share *s, struct fault *f);

/* The member's next ticket. False: its region is used up, or the work is over. */
bool pool_work_ticket(struct pool_work *w, size_t member, struct ticket *t);

/* Judges a share and counts it. 0 and whether it is the block, or -1 and a fault. */
int pool_work_share(struct pool_work *w, const struct share *s, bool *is_block, struct fault *f);

/* Makes a share from a loose block of this work, credited to the owner of its nonce; the share
 * points into the block's line. False: the block is no longer useful. */
bool pool_work_block(const struct pool_work *w, const struct block *b, const struct field *header,
                     struct share *s);

/* Takes the block that a receipt reveals: a share credited to the block's own miner, the pool; its
 * seal is written to `seal`. 0, or -1 and a fault. */
int pool_work_withheld(struct pool_work *w, uint64_t nonce, char seal[SEAL_DIGITS], struct share *s,
                       struct fault *f);

enum pool_work_receipt {
    POOL_WORK_OLD,      /* of work that is over: ignore it */
    POOL_WORK_DONE,     /* the ticket is done: *member may have the next */
    POOL_WORK_UNSENT,   /* likewise, but its best is a share that was not sent: *f */
    POOL_WORK_WITHHELD, /* its best is the block, which was not sent: *f */
    POOL_WORK_WRONG,    /* *f */
};

/* Judges a receipt. A verdict, or -1 and trouble. */
int pool_work_receipt(struct pool_work *w, const struct receipt *r, size_t *member,
                      struct fault *f);

#endif
