/* What a dialing program finds out about the records of one peers file, and what others have found
 * out: it reads and updates PEERS.tried (peers/tried.h). If that file cannot be written, nothing is
 * remembered for the next run, and that is all. */
#ifndef PEERS_DIAL_HISTORY_H
#define PEERS_DIAL_HISTORY_H

#include "peers/peers.h"
#include "peers/tried.h"

#include <sys/stat.h>

#define DIAL_HISTORY_EVENTS_MAX 256 /* between two writes; more are not remembered */

struct dial_history {
    struct tried tried;
    struct stat seen; /* the file when it was last read */
    struct tried_event events[DIAL_HISTORY_EVENTS_MAX];
    size_t count;
    struct tried_name anchors[TRIED_ANCHORS];
    bool moved;  /* the anchors have changed since they were written */
    bool closed; /* the file cannot be written */
};

/* A history of the peers file at path, which stays the caller's. */
void dial_history_init(struct dial_history *j, const char *path);
void dial_history_free(struct dial_history *j);

/* Reads the file if it has changed: 1, 0 if it has not, -1 and trouble. A line that was skipped is
 * in j->tried. */
int dial_history_read(struct dial_history *j, struct fault *f);

/* Sets what is known of an announced target at this time, in Unix seconds. hold: how long one that
 * failed is not dialed, in seconds. */
void dial_history_mark(const struct dial_history *j, struct target *t, int64_t now, int64_t hold);

/* What became of a dial. */
enum outcome {
    OUTCOME_ANSWERED,  /* a peer with the right key said hello */
    OUTCOME_OTHER_KEY, /* somebody with another key is there, or one that says nothing */
    OUTCOME_NOBODY,
};

/* The outcome for an announced target. */
void dial_history_note(struct dial_history *j, const struct target *t, enum outcome outcome,
                       int64_t now);

/* The announced targets that are connected for longest, at most TRIED_ANCHORS. */
void dial_history_anchors(struct dial_history *j, const struct target *const *list, size_t count);

/* Enters all that is new into the file, without what is no longer among the peers. Nothing is
 * waited for: if another program has it locked, the next call tries again. 0, or -1 and trouble. */
int dial_history_write(struct dial_history *j, const struct peers *peers, struct fault *f);

#endif
