/*
 * The pool: transactions that wait for a block, in a flat file of tx lines, in the order of their
 * arrival. What is in it can be applied one after the other to the state at the best tip; what no
 * longer can stays only as long as its sequence number is not used.
 */
#ifndef LEDGER_POOL_H
#define LEDGER_POOL_H

#include "ledger/ledger.h"

#define POOL_BYTES_DEFAULT (32 << 20)
#define HEADER_SIZE_MAX 512 /* bytes that any block's header takes, newline included */

struct pooled; /* one transaction of it */

struct pool {
    const char *path;      /* the caller's */
    struct ledger *ledger; /* the caller's */
    size_t limit;          /* bytes of lines that it may hold */
    struct pooled *list;   /* by id, in order of arrival */
    struct pooled *spends; /* by sender and seq */
    size_t bytes;
    uint64_t arrivals; /* how many have ever come into the list */
    bool applied;      /* a journal with them all is open in the ledger's state */
    bool rewrite;      /* the file holds more than the list, or less: it must be written anew */
    uint64_t
        broken_line; /* of the file, when pool_load last met one that is no transaction; 0: none */
    size_t evicted;  /* how many had to leave for better ones since pool_load */
};

void pool_init(struct pool *p, const char *path, struct ledger *ledger, size_t limit);
void pool_free(struct pool *p);

/* Reads the file (none: an empty pool) and applies it to the ledger's state at its best tip. Lines
 * that are no transaction, and transactions whose seq is used, are left out. 0, or -1 and trouble.
 */
int pool_load(struct pool *p, struct fault *f);

/* Takes a transaction, its signature apart: 1 it is new and in, 0 it was there, -1 and a fault: it
 * cannot be applied, or has the lowest fee rate in a full pool. */
int pool_add(struct pool *p, const struct entry *e, struct fault *f);

/* Whether the pool holds the transaction with this id. */
bool pool_holds(const struct pool *p, const uint8_t id[ID_LEN]);

/* Opens and locks the file at path for pool_save; closing the descriptor unlocks it. -1: errno. */
int pool_lock(const struct pool *p);

/* Makes the file hold what the pool does, synced: by appending where that will do. 0, or -1 and
 * trouble. */
int pool_save(struct pool *p, int fd, struct fault *f);

/* Puts the best body for the next block: highest fee rate first, each sender's in order, as many as
 * fit under the chain's maxblock. 0, or -1 and trouble. The pool must then be loaded again before
 * pool_add. */
int pool_select(struct pool *p, struct buf *out, struct fault *f);

#endif
