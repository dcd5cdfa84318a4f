/* What the two halves of a filter share: process/filter.c takes events, filter_out.c handles what
 * the engine puts out. */
#ifndef PROCESS_FILTER_PARTS_H
#define PROCESS_FILTER_PARTS_H

#include "process/engine_text.h"
#include "process/filter.h"
#include "process/log.h"
#include "process/saver.h"
#include "process/snapshots.h"

struct filter {
    const struct process_filter *config;
    struct node_names *names;
    struct engine *engine; /* NULL: init has not come */
    const char *name;      /* of this node */
    bool restarted, ended;
    bool placed; /* the text of the fault says where it is */
    struct engine_input input;
    struct engine_outputs outputs;
    struct process_reader reader;
    struct buf out, scratch;
    int64_t time, time_told; /* the carrier's clock, and ours when it told the time */
    int64_t deadline;        /* as the carrier was told last */
    uint64_t saves;          /* how many the engine has put out */
    struct process_log log;
    struct process_saver *saver;
    struct buf lines;   /* for the log, not given to the saver yet */
    uint64_t next_line; /* the number of the log's next line */
    uint64_t saved;     /* as the engine was told last */
    bool replace;       /* the lines replace the whole log */
    struct process_snapshots snapshots;
};

/* All give 0, or -1 and *fault. */

/* Gives the engine the event that is in f->input, and takes what it puts out. */
int filter_step(struct filter *f, struct fault *fault);

/* The same for an event that is only a kind and a number. */
int filter_step_plain(struct filter *f, enum engine_event_kind kind, uint64_t serial,
                      struct fault *fault);

/* Puts out `event WORDS`. */
int filter_note(struct filter *f, const char *words, struct fault *fault);

/* Writes what is to leave; `done`: it ends a batch of the carrier's. Messages are written before
 * the saver gets the lines to sync. */
int filter_finish(struct filter *f, bool done, struct fault *fault);

#endif
