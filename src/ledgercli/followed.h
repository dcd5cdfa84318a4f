/* A ledger that a program follows for as long as it runs. Only programs use this: it prints, and
 * exits. */
#ifndef LEDGERCLI_FOLLOWED_H
#define LEDGERCLI_FOLLOWED_H

#include "watch/watch.h"

struct followed {
    const char *path; /* owned by the caller */
    char *name;       /* the same as a field */
    struct ledger ledger;
    bool is_open;
    char trouble[sizeof((struct fault *)0)->text]; /* reported last */
    struct ledger_watch watch;
    size_t forgotten; /* reported last */
    bool told_rivals;
};

/* Begins to follow the ledger at path; reorganisations that undo more than depth blocks are passed
 * to tell (watch/watch.h), and evidence against members, which is looked for in all that culprits
 * has (the caller's). Nothing is opened yet. */
void followed_begin(struct followed *w, const char *path, int64_t depth, struct culprits *culprits,
                    void (*tell)(void *self, const char *lines, size_t n), void *self);
void followed_end(struct followed *w);

/* Processes what was appended since the last call. If the ledger cannot be read now, or was
 * replaced by another, that is reported on stderr, and the next call tries again; with once, the
 * program exits with the fault's status instead. */
void followed_look(struct followed *w, bool once);

#endif
