/* Shared by the files of a child that is a process of the simulation. */
#ifndef SIMPROCESS_CHILD_PARTS_H
#define SIMPROCESS_CHILD_PARTS_H

#include "process/text.h"
#include "simprocess/child.h"
#include "simprocess/child_process.h"

struct child_process {
    struct sim_process process;
    const struct engine_setup *setup;
    const char **words; /* ended by NULL */
    struct buf peers;   /* the words of all members */
    int silence;
    uint64_t seeds; /* a stream */
    struct child child;
    bool fresh; /* it was not told its name yet */
    uint64_t saves;
    int64_t deadline;
    struct buf batch, body;
    size_t sent;
    struct process_reader reader;
    size_t outputs, bytes; /* of this answer */
};

/* Appends the events of one instant to p->batch, which was empty, as text. 0, or -1: no memory. */
int child_put_batch(struct child_process *p, const struct engine_event *events, size_t count);

/* Takes the outputs that p->reader has: 1 after `done`, else 0; or -1 and *f, with the number of
 * the line at which a rule is broken. */
int child_take_outputs(struct child_process *p, struct engine_outputs *out, struct fault *f);

#endif
