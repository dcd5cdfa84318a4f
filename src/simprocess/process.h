/*
 * A process in the simulation: what runs on one node. It is given batches of events and appends
 * what it puts out; sim/node.h is the machine around it, with the disk, the clock and the network.
 *
 * A kind of process has one row, a struct sim_process_type: engines in this address space
 * (simprocess/engine_process.h), programs as children, and others. Its own struct begins with
 * struct sim_process.
 *
 * Its life: made once; then started, given batches, killed; started again; freed, also while it
 * runs. The first event of the first batch after each start is ENGINE_RESTART, with the items that
 * it put out to be saved and that the disk kept, in order.
 *
 * Items may be of any engine's type or of none that the process knows (another kind of process made
 * them): it has them formatted by item->type, and parses the text, where item->type is not its own.
 */
#ifndef SIMPROCESS_PROCESS_H
#define SIMPROCESS_PROCESS_H

#include "consensus/engine.h"

struct sim_process {
    const struct sim_process_type *type;
};

struct sim_process_type {
    /* Starts it without anything of what it knew before. 0, or -1 and trouble. */
    int (*start)(struct sim_process *p, struct fault *f);

    /* Gives it all events that are due to it at one instant of its own clock, events[0].now; count
     * is at least 1. Appends to *out, whose deadline is set by each call. 0; or -1: FAULT_RULE: it
     * broke a rule of process(7), or found its own disk damaged, or ended (the run then fails, and
     * says so), else trouble. It can then only be killed or freed. */
    int (*step)(struct sim_process *p, const struct engine_event *events, size_t count,
                struct engine_outputs *out, struct fault *f);

    /* Kills it at once (SIGKILL for a child). */
    void (*kill)(struct sim_process *p);

    /* Frees it, killing it first if it runs. */
    void (*free)(struct sim_process *p);
};

/* The process that these words name: an engine and its settings (or one of simprocess/engines.h);
 * or else a program, which is started as a child, and its arguments. The settings of *setup are set
 * here; all else of it is filled in; `silence`: as of simprocess/child_process.h. It and what it
 * points to stay the caller's and live as long as the process; so do the words. NULL and *f:
 * FAULT_RULE names the word that is wrong, else trouble. */
struct sim_process *sim_process_new(const char *const *words, size_t count,
                                    struct engine_setup *setup, int silence, struct fault *f);

#endif
