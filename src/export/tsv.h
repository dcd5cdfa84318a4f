/*
 * Writes a chain as a flat table with tabs between its columns, after a line with their names. A
 * row is one movement of money: a grant, a payment, or a miner's earnings from a block; so an
 * account's balance is the sum of `amount` over the rows with it as payee, less the sum of `amount
 * + fee` over the rows with it as payer. What goes to a stake, and from it, are rows too: an
 * account's stake is the payer or payee `stake:ACCOUNT`, what of it is unbonding
 * `unbonding:ACCOUNT`, and their sums are got in the same way.
 */
#ifndef EXPORT_TSV_H
#define EXPORT_TSV_H

#include "export/chain.h"
#include "record/book.h"

/* All zero at first, except for the caller's fields. */
struct tsv {
    const struct book *book; /* the caller's: names for accounts, or NULL */
    struct chain chain;
    struct state *state; /* on a chain with stakes: theirs and all balances */
    struct buf journal;  /* its argument, which is ignored */
    int64_t supply;
};

/* Frees what it has allocated. */
void tsv_free(struct tsv *t);

/* Appends the names of the columns. 0, or -1 and trouble. */
int tsv_begin(struct buf *out, struct fault *f);

/* Appends the rows of the stream's next item (chain.h). 0, or -1 and a fault; it must not be called
 * again then. */
int tsv_put(struct tsv *t, const struct item *item, struct buf *out, struct fault *f);

#endif
