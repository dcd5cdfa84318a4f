/* Who sends how much in one run of a program that makes transactions: their next sequence numbers,
 * after those of the ledger and the pool. */
#ifndef MEMPOOL_SENDERS_H
#define MEMPOOL_SENDERS_H

#include "ledger/ledger.h"
#include "record/tx.h"
#include "state/account.h"

struct senders {
    struct ledger *ledger; /* at its best tip, with the pool's transactions applied if they count;
                              NULL: none. The caller's */
    int64_t first;         /* of each sender's sequence numbers; -1: as the ledger says */
    struct state *made;    /* what this run made: the number of transactions, as seq, and what was
                              paid to the account, as balance */
};

/* 0, or -1: no memory. */
int senders_open(struct senders *s, struct ledger *ledger, int64_t first);
void senders_close(struct senders *s);

/* An account in ledger and pool; with `first`, with that seq. 0, or -1 and trouble. */
int senders_standing(const struct senders *s, const struct account *id, struct account_state *a,
                     struct fault *f);

/* What this run made so far. 0, or -1 and trouble. */
int senders_made(const struct senders *s, const struct account *id, struct account_state *a,
                 struct fault *f);

/* The sender's next sequence number. 0, or -1 and trouble: there is none after 2^63-1. */
int senders_next(const struct senders *s, const struct account *from, int64_t *seq,
                 struct fault *f);

/* Counts a transaction that was made. 0, or -1 and trouble. */
int senders_count(struct senders *s, const struct tx *tx, struct fault *f);

#endif
