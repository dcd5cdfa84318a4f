/*
 * A chain as a journal for hledger: a transaction a grant, a payment, and what a block's miner
 * gets, with a balance assertion for every account that the block has touched.
 *
 * Balances are its own, kept as blocks come: so their rules are held to here (state/apply.h), and
 * memory grows with the number of accounts. A transaction's date is the day of the latest block so
 * far, in UTC, as assertions are checked in the order of dates and blocks' times may go back; the
 * block's own time is a tag.
 */
#ifndef EXPORT_HLEDGER_H
#define EXPORT_HLEDGER_H

#include "export/chain.h"
#include "record/book.h"

struct hledger;

/* A journal; book names accounts (NULL: by their keys) and stays the caller's. NULL: no memory. */
struct hledger *hledger_new(const struct book *book);
void hledger_free(struct hledger *h);

/* Puts the transactions of the stream's next item (chain.h). 0, or -1 and a fault; then there is no
 * going on. */
int hledger_put(struct hledger *h, const struct item *item, struct buf *out, struct fault *f);

/* Puts the declarations of all accounts that were met. 0, or -1 and trouble. */
int hledger_end(struct hledger *h, struct buf *out, struct fault *f);

#endif
