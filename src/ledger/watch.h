/*
 * A ledger that is watched: whenever its best chain turned, what the turn undid, and what the new
 * branch, at once or later, made of that. Told in the lines of ledger/event.h.
 */
#ifndef LEDGER_WATCH_H
#define LEDGER_WATCH_H

#include "ledger/replay.h"
#include "ledger/undone.h"

struct watch {
    const char *name; /* the ledger's, as a field; the caller's */
    int64_t depth;    /* turns that undo no more blocks than this are not told */

    /* Gets an event, all its lines in one piece. */
    void (*tell)(void *self, const char *lines, size_t n);
    void *self;

    struct replay replay;
    struct undone *undone;
};

/* Makes ready a watch whose fields above replay are filled in, to begin with the first block.
 * 0, or -1: no memory. */
int watch_begin(struct watch *w);
void watch_free(struct watch *w);

/* Takes the next turn of the ledger, which is up to date, and tells what comes of it: 1, 0 where
 * there is none yet, -1 and a fault; what was told before that stays told. */
int watch_next(struct watch *w, struct ledger *l, struct fault *f);

#endif
