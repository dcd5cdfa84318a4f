/*
 * Writes a chain as a journal for hledger: a transaction for each grant, each payment and each
 * miner's earnings from a block, with a balance assertion for every account that the block has
 * touched; and likewise for stakes and what is unbonding (shifts.h).
 *
 * It keeps its own balances as it reads blocks, so it enforces their rules (state/apply.h), and its
 * memory grows with the number of accounts. A transaction's date is the UTC day of the latest block
 * so far, since assertions are checked in the order of dates and blocks' times may go back; the
 * block's own time is a tag.
 */
#ifndef EXPORT_HLEDGER_H
#define EXPORT_HLEDGER_H

#include "export/chain.h"
#include "record/book.h"

struct hledger;

/* A journal; book names accounts (NULL: they appear as keys) and stays the caller's. NULL: no
 * memory. */
struct hledger *hledger_new(const struct book *book);
void hledger_free(struct hledger *h);

/* Appends the transactions of the stream's next item (chain.h). 0, or -1 and a fault; it must not
 * be called again then. */
int hledger_put(struct hledger *h, const struct item *item, struct buf *out, struct fault *f);

/* Appends the declarations of all accounts seen. 0, or -1 and trouble. */
int hledger_end(struct hledger *h, struct buf *out, struct fault *f);

#endif
