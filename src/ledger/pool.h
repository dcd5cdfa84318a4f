/*
 * The pool: transactions that wait for a block, in a flat file of tx lines, in the order of their
 * arrival. What is in it can be applied one after the other to the state at the best tip; what no
 * longer can stays only as long as its sequence number is not used.
 *
 * A keeper (pool_begin) has a waiting room beside it (room.h), for transactions that come before
 * others of their sender, and takes back what a reorganisation has undone.
 */
#ifndef LEDGER_POOL_H
#define LEDGER_POOL_H

#include "ledger/ledger.h"

#include <sys/stat.h>

#define POOL_BYTES_DEFAULT (32 << 20)
#define HEADER_SIZE_MAX 512 /* bytes that any block's header takes, newline included */

/* How far below the best tip a keeper that starts looks for transactions that were undone. */
#define POOL_SIDES_DEPTH 1000

struct pooled; /* one transaction of it */
struct room;

/* What a transaction has taken the place of. */
struct pool_replaced {
    bool any;
    uint8_t from[ID_LEN], id[ID_LEN]; /* whose, and its id */
    int64_t seq;
    size_t dropped; /* how many others depended on it, and left with it */
};

/* Which sequence number was missing. */
struct pool_gap {
    bool any;
    uint8_t from[ID_LEN];
    int64_t seq;
};

struct pool {
    const char *path;       /* the caller's */
    struct ledger *ledger;  /* the caller's */
    size_t limit;           /* bytes of lines that it may hold */
    struct pooled *list;    /* by id, in order of arrival */
    struct pooled *spends;  /* by sender and seq */
    struct pooled *unsaved; /* the first in the list that the file does not hold; and all behind */
    struct pooled *lowest;  /* the one with the lowest fee rate; NULL: to be looked for */
    size_t bytes;
    size_t idle;       /* how many in the list could not be applied */
    uint64_t arrivals; /* how many have ever come into the list */
    bool applied;      /* a journal with all but those is open in the ledger's state */
    bool rewrite;      /* the file holds more than the list, or less: it must be written anew */
    uint64_t
        broken_line; /* of the file, when it was last read and had one that is no transaction */
    size_t evicted;  /* how many had to leave for better ones since pool_load or pool_begin */
    struct pool_replaced replaced; /* by the last pool_add */
    struct pool_gap gap;           /* of what pool_leave gave last */

    /* A keeper's. */
    struct room *room;
    struct buf came;     /* ids of those that came in since pool_begin, in order */
    struct buf refused;  /* what pool_leave has still to tell of */
    uint8_t tip[ID_LEN]; /* the best tip when last looked at */
    int fd;              /* the file; -1: to be opened */
    bool unsynced;       /* something was appended since pool_sync */
    bool unnamed;        /* ... the first that the file ever held: its name may not be durable */
    bool loaded;         /* the list is what the file held when it was as seen */
    struct stat seen;
};

void pool_init(struct pool *p, const char *path, struct ledger *ledger, size_t limit);
void pool_free(struct pool *p);

/* Reads the file (none: an empty pool) and applies it to the ledger's state at its best tip. Lines
 * that are no transaction, and transactions whose seq is used, are left out. 0, or -1 and trouble.
 */
int pool_load(struct pool *p, struct fault *f);

/* Puts the best body for the next block: highest fee rate first, each sender's in order, as many as
 * fit under the chain's maxblock. 0, or -1 and trouble. The pool must then be loaded again. */
int pool_select(struct pool *p, struct buf *out, struct fault *f);

/* Locks the file (made where there is none) and brings the pool up to date with it and with the
 * ledger, reading again only what is not as it was left. What is mined leaves. Of what was undone
 * since the last call, or, in the first, stands within POOL_SIDES_DEPTH on side branches, all that
 * can be applied comes back, out of the newest blocks of up to `limit` bytes; and what has waited
 * for that, or for a block, comes in. 0, or -1 and trouble. pool_commit must follow. */
int pool_begin(struct pool *p, struct fault *f);

/* Takes a transaction, its signature apart, that stands in this line of its stream: 1 it is new and
 * in, and with it what waited for it; 0 it was there, or waits for one that comes before it; -1 and
 * a fault: it cannot be applied, or has the lowest fee rate in a full pool. One that spends the seq
 * of another in the list replaces it if its fee is at least pool_replace_fee; what can no longer be
 * applied then leaves. */
int pool_add(struct pool *p, const struct entry *e, uint64_t line, struct fault *f);

/* Takes out one that waited and has to go: its turn came and it could not be applied, or there is
 * no more room; or, with all, any. 1 and a fault with its line, 0 where there is none, -1 and
 * trouble. gap then says what it waited for, if it did. */
int pool_leave(struct pool *p, bool all, struct fault *f);

/* The least fee with which another transaction takes the place of this one: more by the chain's
 * minfee, by a tenth, and by 1. -1: no fee is enough. */
int64_t pool_replace_fee(const struct pool *p, const struct tx *old);

/* The transaction whose id begins with these n lowercase hex digits: 1 and *tx, which points into
 * the pool; 0 there is none, -1 there are several. */
int pool_find_prefix(const struct pool *p, const char *digits, size_t n, struct tx *tx);

/* The line of the transaction with this id, newline included; good until the next pool_begin. NULL:
 * the pool does not hold it. */
const char *pool_line(const struct pool *p, const uint8_t id[ID_LEN], size_t *size);

/* Makes the file hold what the pool does, by appending where that will do, and unlocks it: what was
 * written outlives this process. 0, or -1 and trouble. */
int pool_commit(struct pool *p, struct fault *f);

/* Makes it outlive the machine's loss of power too. 0, or -1 and trouble. */
int pool_sync(struct pool *p, struct fault *f);

#endif
