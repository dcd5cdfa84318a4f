/*
 * The bounded pending queue of the mempool: transactions that wait for earlier ones of their
 * sender. It is in memory only, and lasts as long as the process.
 */
#ifndef LEDGER_GAPS_H
#define LEDGER_GAPS_H

#include "stream/stream.h"

#define GAPS_TXS_MAX 4096
#define GAPS_BYTES_MAX (4 << 20)
#define GAPS_SENDER_MAX 64 /* how many one sender may have */

struct gaps;

/* A waiting transaction. */
struct queued {
    uint8_t id[ID_LEN];
    struct tx tx;                 /* points into text */
    uint64_t line;                /* its line in the stream that it arrived in */
    struct queued *older, *newer; /* by arrival; gaps.c's, like next */
    struct queued *next;          /* of its sender, by seq */
    char text[];
};

struct gaps *gaps_new(void); /* NULL: no memory */
void gaps_free(struct gaps *g);
bool gaps_empty(const struct gaps *g);

/* Adds a copy of a transaction: 1, 0 it waits already, -1 and a fault: another that spends the same
 * sequence number waits, or trouble. Call gaps_evict afterwards. */
int gaps_add(struct gaps *g, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f);

/* Removes the sender's transaction with this seq; those with lower ones, which are void, are
 * dropped. NULL if there is none; the caller frees it. */
struct queued *gaps_take(struct gaps *g, const uint8_t from[ID_LEN], int64_t seq);

/* Removes one that exceeds the bounds: the one furthest ahead of a sender that has too many, else
 * the oldest; or, with all, the oldest. NULL if none has to go; the caller frees it. */
struct queued *gaps_evict(struct gaps *g, bool all);

/* Appends the accounts of all senders to *out. 0, or -1: no memory. */
int gaps_senders(const struct gaps *g, struct buf *out);

#endif
