/* Why a node ended: found in the messages of its programs as they pass through. The last ones are
 * kept in memory, so the cause is known even if the log cannot be written. */
#ifndef NODE_CAUSE_H
#define NODE_CAUSE_H

#include <stddef.h>

enum { CAUSE_SAID_MAX = 512, CAUSE_SAID = 32, CAUSE_ENDED_MAX = 128 };

/* All zero at first. */
struct cause {
    char said[CAUSE_SAID][CAUSE_SAID_MAX]; /* the last messages, in a ring */
    size_t count;                          /* how many there were */
    char part[CAUSE_ENDED_MAX];            /* the program that ended first; "": none has */
    char how[CAUSE_ENDED_MAX];  /* "ended with status 2", "was killed by signal 9 (KILL)" */
    char words[CAUSE_SAID_MAX]; /* its last message before that; "": none. Or the last answer */
};

/* Takes a line of the log without its newline. Events, which begin with a digit, are skipped.
 * "NODE: PROGRAM ended with status N" and "NODE: PROGRAM was killed by signal N" say how a part
 * ended; the first that did not end with status 0 counts, since its end makes others end. */
void cause_take(struct cause *c, const char *line, size_t n);

/* What is known of the first part that ended: its last message, or how it ended; the last message
 * of any part if none has ended; and forgets it. Never empty; valid until the next call. */
const char *cause_words(struct cause *c);

#endif
