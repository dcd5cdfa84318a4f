/*
 * Watches a ledger: reports each reorganisation, what it undid, and what became of that on the new
 * branch, at once or later; lines by which a member can be accused; and final blocks that exclude
 * each other, as the lines of watch/event.h.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "watch/replay.h"
#include "watch/undone_txs.h"
#include "watch/witness.h"

struct ledger_watch {
    const char *name; /* the ledger's, as a field; the caller's */
    int64_t depth;    /* reorganisations that undo no more blocks than this are not reported */

    /* Receives an event, all its lines together. */
    void (*tell)(void *self, const char *lines, size_t n);
    void *self;

    struct culprits *culprits; /* the caller's; several watches may have one in common */

    struct replay replay;
    int64_t witnessed; /* blocks */
    bool told_rivals;
    struct undone_txs *undone;
};

/* Prepares a watch whose fields above replay are set, to begin with the first block. 0, or -1: no
 * memory. */
int watch_begin(struct ledger_watch *w);
void watch_free(struct ledger_watch *w);

/* Handles the next change of the best tip, and reports its effects: 1, 0 if there is none yet, -1
 * and a fault; what was reported before the fault stays reported. The ledger must be up to date. */
int watch_next(struct ledger_watch *w, struct ledger *l, struct fault *f);

#endif
