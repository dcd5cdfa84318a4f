/* A ledger that a program follows for as long as it runs. Only programs use this: it prints, and
 * exits. */
#ifndef CLI_FOLLOWED_H
#define CLI_FOLLOWED_H

#include "ledger/watch.h"

struct followed {
    const char *path; /* the caller's */
    char *name;       /* it as a field */
    struct ledger ledger;
    bool is_open;
    char trouble[sizeof((struct fault *)0)->text]; /* told last */
    struct watch watch;
    size_t forgotten; /* told last */
};

/* Begins to follow the ledger at path, whose turns that undo more than depth blocks are handed to
 * tell (ledger/watch.h). Nothing is opened yet. */
void followed_begin(struct followed *w, const char *path, int64_t depth,
                    void (*tell)(void *self, const char *lines, size_t n), void *self);
void followed_end(struct followed *w);

/* Looks what has come since the last look. A ledger that cannot be read as it is now, or another in
 * its place, is told on stderr and tried again at the next look; with once, the program exits as
 * the fault asks. */
void followed_look(struct followed *w, bool once);

#endif
