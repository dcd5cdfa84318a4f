/*
 * A chain as a flat table, tabs between its columns, a line with their names first. A row is one
 * movement of money: a grant, a payment, or what a block's miner gets, so that what an account has
 * is the sum of `amount` where it is the payee less the sum of `amount + fee` where it is the
 * payer.
 */
#ifndef EXPORT_TSV_H
#define EXPORT_TSV_H

#include "export/chain.h"
#include "record/book.h"

/* All zero at first but for what is the caller's. */
struct tsv {
    const struct book *book; /* the caller's: names for accounts, or NULL */
    struct chain chain;
};

/* Puts the columns' names. 0, or -1 and trouble. */
int tsv_begin(struct buf *out, struct fault *f);

/* Puts the rows of the stream's next item (chain.h). 0, or -1 and a fault; then there is no going
 * on. */
int tsv_put(struct tsv *t, const struct item *item, struct buf *out, struct fault *f);

#endif
