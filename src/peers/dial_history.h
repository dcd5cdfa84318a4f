/* What a dialing program and others have found out about the records of one peers file: reads and
 * updates PEERS.tried (peers/tried.h). If that file cannot be written, nothing is remembered for
 * the next run, and the program goes on. */
#ifndef PEERS_DIAL_HISTORY_H
#define PEERS_DIAL_HISTORY_H

#include "peers/peers.h"
#include "peers/tried.h"

#include <sys/stat.h>

#define DIAL_HISTORY_EVENTS_MAX 256 /* events between two writes; any more are not remembered */

struct dial_history {
    struct tried tried;
    struct stat seen; /* the file when it was last read */
    struct tried_event events[DIAL_HISTORY_EVENTS_MAX];
    size_t count;
    struct tried_name anchors[TRIED_ANCHORS];
    bool moved;  /* the anchors have changed since they were written */
    bool closed; /* the file cannot be written */
};

/* An empty history of the peers file at path, a string that stays the caller's. */
void dial_history_init(struct dial_history *j, const char *path);
void dial_history_free(struct dial_history *j);

/* Reads PEERS.tried if it has changed: 1, 0 if it has not, -1 and trouble. j->tried has the first
 * line that was skipped. */
int dial_history_read(struct dial_history *j, struct fault *f);

/* Sets the fields of an announced target that say what is known of it. now: Unix seconds. hold: for
 * how many seconds after a failure a target that never answered is not dialed. */
void dial_history_mark(const struct dial_history *j, struct target *t, int64_t now, int64_t hold);

/* What became of a dial. */
enum outcome {
    OUTCOME_ANSWERED,  /* a peer with the right key said hello */
    OUTCOME_OTHER_KEY, /* something with another key is there, or with the right one but no hello */
    OUTCOME_NOBODY,
};

/* Records the outcome of dialing an announced target. now: Unix seconds. */
void dial_history_note(struct dial_history *j, const struct target *t, enum outcome outcome,
                       int64_t now);

/* Sets the anchors: the first TRIED_ANCHORS of the list, the announced targets that have been
 * connected for longest. An empty list changes nothing. */
void dial_history_anchors(struct dial_history *j, const struct target *const *list, size_t count);

/* Writes all that is new to PEERS.tried, and drops entries that are no longer among the peers.
 * Never waits: if another program has the file locked, the next call tries again. 0, or -1 and
 * trouble. */
int dial_history_write(struct dial_history *j, const struct peers *peers, struct fault *f);

#endif
