/*
 * The mempool: transactions that wait for a block, in a flat file of tx lines, in the order of
 * their arrival. Its transactions can be applied in order to the state at the best tip; one that no
 * longer can stays only while its sequence number is unused.
 *
 * A pool that is kept up to date (pool_begin) also has a pending queue (pending.h) for transactions
 * that arrive before earlier ones of their sender, and takes back what a reorganisation has undone.
 */
#ifndef MEMPOOL_POOL_H
#define MEMPOOL_POOL_H

#include "base/idmap.h"
#include "base/linefile.h"
#include "ledger/prefix.h"
#include "mempool/sponsors.h"

#include <sys/stat.h>

#define POOL_BYTES_DEFAULT (128 << 20) /* some 440,000 short payments */
#define HEADER_SIZE_MAX 512            /* the longest header, with its newline */

/* How far below the best tip the first pool_begin looks for transactions that were undone. */
#define POOL_SIDES_DEPTH 1000

struct pooled; /* a transaction of the pool */
struct pending;

/* A transaction that was replaced by another. */
struct pool_replaced {
    bool any;
    struct account from; /* its sender */
    uint8_t id[ID_LEN];
    int64_t seq;
    size_t dropped; /* how many others depended on it, and were dropped with it */
};

/* The sequence number that was missing. */
struct pool_gap {
    bool any;
    struct account from;
    int64_t seq;
};

/* The transaction that pool_leave removed. */
struct pool_left {
    uint8_t id[ID_LEN];
    bool silent; /* its seq has been used meanwhile: it had no chance, and no one need be told */
};

struct pool {
    struct linefile file;  /* open only with pool_begin; its path is the caller's */
    struct ledger *ledger; /* the caller's */
    const struct node *at; /* for pool_load: a block after this one is to be made, which need not be
                              the best tip; NULL: that */
    size_t limit;          /* the most bytes of lines */
    size_t pending_limit;  /* the most bytes of memory for what waits */
    int64_t patience;      /* ms for which what cannot be paid waits for money; 0: none */
    int64_t now;           /* ms of a clock that never goes back, if there is patience */
    struct pooled *list;   /* in order of arrival; `last` is its end */
    struct pooled *last;
    size_t count;
    struct idmap ids, spends; /* of the list: by id; by sender and seq */
    struct pooled *unsaved;   /* the first in the list that is not in the file yet */
    struct pooled *lowest;    /* the one to be evicted first; NULL: must be searched for */
    size_t bytes;
    size_t idle;              /* how many in the list could not be applied */
    uint64_t arrivals;        /* how many were ever added to the list */
    struct sponsors sponsors; /* who waits for which sponsor's money: pool_sponsor.c */
    size_t sponsors_most;     /* entries, before those that have left the pool are removed */
    bool applied;             /* a journal with all but those is open in the ledger's state */
    bool rewrite;             /* the file has more than the list, or less: it must be rewritten */
    uint64_t broken_line;     /* of the file when last read: the line that is no transaction */
    size_t evicted; /* how many were evicted by better ones since pool_load or pool_begin */
    struct pool_replaced replaced; /* by the last pool_add */
    struct pool_gap gap;           /* of the last result of pool_leave */
    struct pool_left left;         /* the same */

    /* Only with pool_begin: */
    struct pending *pending;
    struct buf added;   /* ids of transactions added since pool_begin, in order */
    struct buf refused; /* what pool_leave has still to report, from refused_at on */
    size_t refused_at;
    struct buf unpaid; /* what waits for money, from unpaid_at on */
    size_t unpaid_at;
    struct pool_gap stranded; /* one that could not be paid: those after it are being dropped */
    uint8_t tip[ID_LEN];      /* the best tip when last checked */
    bool loaded;              /* the list is what the file had when it was as in `seen` */
    struct stat seen;
};

/* pending_limit is PENDING_BYTES_DEFAULT, and there is no patience, unless the caller sets them. */
void pool_init(struct pool *p, const char *path, struct ledger *ledger, size_t limit);
void pool_free(struct pool *p);

/* Reads the file (none: an empty pool) and applies it to the ledger's state at p->at, together with
 * what the best chain has mined beside it, which whoever keeps the file has dropped. Lines
 * that are not transactions, and transactions whose seq is used, are left out; a file that
 * begins as another kind of text is trouble, and stays as it is. 0, or -1 and trouble. */
int pool_load(struct pool *p, struct fault *f);

/* Appends the best body for the next block: highest fee for its bytes first, each sender's in
 * order, as many as fit under the chain's maxblock; one that does not fit stops only its sender's
 * later ones. 0, or -1 and trouble. The pool must be loaded again afterwards. */
int pool_select(struct pool *p, struct buf *out, struct fault *f);

/* Locks the file (created if missing) and brings the pool up to date with it and with the ledger;
 * reads again only what has changed. Mined transactions are dropped. Transactions undone since the
 * last call or, in the first, in side branches within POOL_SIDES_DEPTH, are added again if they can
 * be applied, from the newest blocks, up to `limit` bytes; then those that waited for them, or for
 * a block. 0, or -1 and trouble. pool_commit must follow. */
int pool_begin(struct pool *p, struct fault *f);

enum pool_added {
    POOL_KNOWN, /* it was there already */
    POOL_NEW,   /* it was added, along with any that waited for it */
    POOL_WAITS, /* for an earlier one */
};

/* Adds a transaction, whose signature is checked elsewhere, from this line of its stream: a
 * pool_added, or -1 and a fault: it cannot be applied, has the lowest fee rate in a full pool, or
 * (FAULT_LATER) the branch of its policy is not open at the next height. One that spends the seq of
 * another in the list replaces it if its fee is at least pool_replace_fee; transactions that can
 * then no longer be applied are dropped. */
int pool_add(struct pool *p, const struct entry *e, uint64_t line, struct fault *f);

/* Removes one that waited and must be dropped: its turn came and it could not be applied, it could
 * not be paid in time, another has used its seq, or the queue is full; or, with all, any. 1 and a
 * fault with its line, 0 if there is none, -1 and trouble. left is that transaction, and gap says
 * what it waited for, if anything. It may also add one that can be paid after all: see added. */
int pool_leave(struct pool *p, bool all, struct fault *f);

/* When pool_leave will have one that could not be paid in time; INT64_MAX: never. */
int64_t pool_patience_ends(struct pool *p);

/* The lowest fee with which another transaction, whose line has `len` bytes, replaces this one:
 * more by the chain's minimum for those bytes, by a tenth, and by 1; and not less for its bytes.
 * -1: no fee is enough. */
int64_t pool_replace_fee(const struct pool *p, const struct tx *old, size_t len);

/* The transaction whose id begins with these digits: 1 and *tx, which points into the pool; 0 if
 * there is none, -1 if there are several. */
int pool_find_prefix(const struct pool *p, const struct prefix *digits, struct tx *tx);

/* The line of the transaction with this id, with its newline; valid until the next pool_begin.
 * NULL: the pool does not have it. */
const char *pool_line(const struct pool *p, const uint8_t id[ID_LEN], size_t *size);

/* Makes the file equal to the pool, by appending if that is enough, and unlocks it: what was
 * written survives the end of this process. 0, or -1 and trouble. */
int pool_commit(struct pool *p, struct fault *f);

/* Makes it survive a power failure too. 0, or -1 and trouble. */
int pool_sync(struct pool *p, struct fault *f);

#endif
