/*
 * How a ledger's best chain came to be: its blocks stand in the order in which they came, so what
 * was the best tip after each of them can be said again from the file, reorganisations and all,
 * however long ago they were.
 */
#ifndef LEDGER_REPLAY_H
#define LEDGER_REPLAY_H

#include "ledger/ledger.h"

/* All zero stands before the first block. */
struct replay {
    int64_t next;     /* the number of the block that comes next */
    struct node best; /* the tip that was best then; void before the first */
};

/* The best tip became another. */
struct turn {
    struct node from, to;
    struct node fork; /* the last block that both chains share: `from` where the chain only grew */
};

/* The next block that made itself the best tip: 1 and *turn, 0 where there is none yet, -1 and
 * trouble. l is up to date. */
int replay_next(struct replay *r, struct ledger *l, struct turn *turn, struct fault *f);

/* Whether l still begins with the blocks that were replayed: 1 or 0, -1 and trouble. */
int replay_holds(const struct replay *r, struct ledger *l, struct fault *f);

#endif
