/* The best chain of a ledger as a source of bytes: its blocks, from the genesis block to the tip.
 */
#ifndef LEDGER_CHAIN_SOURCE_H
#define LEDGER_CHAIN_SOURCE_H

#include "ledger/ledger.h"

struct chain_source {
    struct ledger *ledger; /* the caller's */
    int64_t height;        /* of the next block to read */
    struct buf text;       /* of the one before that */
    size_t at;             /* how much of it was given */
    struct fault fault;    /* why reading failed, if it did */
};

/* A source of the chain of l as it is now, which keeps its place in *c. Free *c after use. */
struct source chain_source_open(struct chain_source *c, struct ledger *l);
void chain_source_free(struct chain_source *c);

#endif
