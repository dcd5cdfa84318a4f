/*
 * Snapshots: the state that committed lines make, as computed by a command of the user's. The
 * command reads the last state and all lines since then on its stdin, and writes the new state to
 * its stdout, while the process goes on.
 */
#ifndef PROCESS_SNAPSHOTS_H
#define PROCESS_SNAPSHOTS_H

#include "base/buf.h"
#include "base/fault.h"
#include "consensus/payload.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* At first, all zero but the command, `every`, and fd and output, which are -1. Without a command,
 * nothing is kept. */
struct process_snapshots {
    const char *command; /* for sh -c; NULL: none */
    uint64_t every;      /* commits from one snapshot to the next */
    struct buf text;     /* the state, and the lines since */
    uint64_t index;      /* of the last commit */
    uint64_t count;      /* of commits since the last snapshot began */
    pid_t pid;           /* of the command; 0: it does not run */
    int fd, output;      /* can be read when it has ended; its stdout; -1: it does not run */
    uint64_t taken;      /* the index that its state will stand for */
    size_t taken_bytes;  /* of the text */
    bool stale;          /* a restore has made its state obsolete */
};

/* Takes a commit, or a state that replaces all. 0, or -1: no memory. */
int process_snapshots_commit(struct process_snapshots *s, uint64_t index, const struct payload *p);
int process_snapshots_restore(struct process_snapshots *s, uint64_t index, const struct payload *p);

/* Starts the command if it is time for it. 0, or -1 and trouble. */
int process_snapshots_start(struct process_snapshots *s, struct fault *f);

/* After fd could be read: 1, and *index and *state, the caller's; 0: the state is not wanted any
 * more; -1 and trouble: the command failed, and the lines are kept for the next time. */
int process_snapshots_end(struct process_snapshots *s, uint64_t *index, struct payload **state,
                          struct fault *f);

/* Ends a command that runs, and frees. */
void process_snapshots_free(struct process_snapshots *s);

#endif
