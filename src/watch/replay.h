/*
 * Replays the history of the best tip: a ledger's blocks are in order of arrival, so the best tip
 * after each of them follows from the file, including all reorganisations, however long ago they
 * were.
 */
#ifndef WATCH_REPLAY_H
#define WATCH_REPLAY_H

#include "chain/choice.h"
#include "ledger/ledger.h"

/* All zero is before the first block. */
struct replay {
    int64_t next;             /* the number of the next block */
    struct tip_choice choice; /* with the best tip before it; undefined before the first block */
};

/* A change of the best tip. */
struct tip_change {
    struct node from, to;
    struct node fork; /* the last block that both chains share: `from` if the chain only grew */
};

/* The next block that became the best tip: 1 and *change, 0 if there is none yet, -1 and trouble. l
 * must be up to date. */
int replay_next(struct replay *r, struct ledger *l, struct tip_change *change, struct fault *f);

/* Whether l still begins with the blocks replayed so far: 1 or 0, -1 and trouble. */
int replay_holds(const struct replay *r, struct ledger *l, struct fault *f);

#endif
