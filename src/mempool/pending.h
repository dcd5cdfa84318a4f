/*
 * The pending queue of the mempool: transactions that wait for earlier ones of their sender, or for
 * money. It is in memory only, and lasts as long as the process.
 *
 * The queue is bounded by the memory that it takes, not by a count. A sender may use whatever the
 * others do not; when the queue is full, one of the senders that use most (within a factor of two)
 * loses the transaction with its highest sequence number, whose turn is furthest away. So a burst
 * of one sender cannot keep out the others, and what is dropped would have had to wait longest.
 */
#ifndef MEMPOOL_PENDING_H
#define MEMPOOL_PENDING_H

#include "base/ordered.h"
#include "stream/stream.h"

#define PENDING_BYTES_DEFAULT (128 << 20) /* of memory; some 320,000 short payments */

struct pending;

/* A waiting transaction. */
struct queued {
    struct ordered by_seq; /* pending.c's, like older and newer */
    struct queued *older, *newer;
    uint8_t id[ID_LEN];
    uint64_t line; /* its line in the stream that it arrived in */
    int64_t until; /* the caller's; 0 at first */
    size_t len;
    char text[]; /* the record, without a newline */
};

/* The transaction, which points into q. */
struct tx queued_tx(const struct queued *q);

struct pending *pending_new(size_t limit); /* bytes of memory; NULL: no memory */
void pending_free(struct pending *p);
bool pending_empty(const struct pending *p);

/* The sender's transaction with this seq, or NULL. */
struct queued *pending_find(const struct pending *p, const struct account *from, int64_t seq);

/* Adds a copy of a transaction whose sender has none with its seq: 0, or -1 and trouble. Call
 * pending_evict afterwards. */
int pending_add(struct pending *p, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
                struct fault *f);

/* Removes one; the caller frees it. */
void pending_remove(struct pending *p, struct queued *q);

/* Removes one of the sender's with a seq below this one. NULL: there is none; the caller frees it.
 */
struct queued *pending_take_below(struct pending *p, const struct account *from, int64_t seq);

/* Removes one because the queue is full, or, with all, the oldest. NULL if none has to go; the
 * caller frees it. */
struct queued *pending_evict(struct pending *p, bool all);

/* Appends the accounts of all senders to *out. 0, or -1: no memory. */
int pending_senders(const struct pending *p, struct buf *out);

#endif
