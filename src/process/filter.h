/*
 * The loop of a program that is an engine: process(7)'s events on stdin, outputs on stdout.
 *
 * Without a folder, what the engine saves goes to the carrier. With one, the filter keeps the log
 * there. A thread writes and syncs it, so messages leave during a sync; what the engine puts out
 * after a sync is written between the carrier's batches.
 */
#ifndef PROCESS_FILTER_H
#define PROCESS_FILTER_H

#include "consensus/engine.h"

struct process_filter {
    const struct engine_type *type;
    const char *folder;          /* NULL: the carrier keeps what is saved */
    const char *const *settings; /* NAME=VALUE */
    size_t setting_count;
    const char *command; /* that makes snapshots (process/snapshots.h); NULL: none */
    uint64_t every;      /* commits from one snapshot to the next */
    int input;           /* a descriptor */
    void (*put)(const char *bytes, size_t n); /* writes them at once, or ends the program */
};

/* Runs until the end of the input. 0; or -1 and *f: a rule if the input, the log or a setting
 * breaks one, which the text places; else trouble. */
int process_filter_run(const struct process_filter *filter, struct fault *f);

#endif
