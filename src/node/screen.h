/* The events of a node's log (gossip(7)) in the words that a person at its screen reads. */
#ifndef NODE_SCREEN_H
#define NODE_SCREEN_H

#include "record/book.h"

enum { SCREEN_MAX = 512, SCREEN_ORIGINS = 4096 };

/* Who brought a record, for the verdict that follows. */
struct screen_origin {
    char id[17]; /* its first digits; "": none */
    char who[72], type[16];
};

struct screen {
    const struct book *book; /* names of accounts; NULL: none */
    const char *me;          /* the node's own account in hex; NULL: not known */
    bool verdicts; /* a record is new when it is accepted, not when it arrives: set by the caller,
                      or once the log has a record that was accepted */
    /* Who brought the last records: SCREEN_ORIGINS of them, the caller's, all zero at first. NULL:
     * a verdict names nobody. */
    struct screen_origin *origins;
};

/* The line, with a newline and a NUL, for the event in these n bytes: its length, 0 if it is not
 * one that a person is shown. Times are UTC. */
size_t screen_line(struct screen *s, const char *line, size_t n, char out[SCREEN_MAX]);

#endif
