/*
 * A program that was written for Maelstrom (maelstrom/maelstrom_message.h) as a process of the
 * simulation, unchanged: it reads messages as lines of JSON and writes others, and does not know
 * that time is virtual.
 *
 * Time stands still while it works: a step ends when it waits for input
 * (simprocess/child_activity.h). If it also waits for a time of the machine's clock, to try
 * something again or to gossip, then virtual time goes no faster than the machine's for as long as
 * it does.
 */
#ifndef MAELSTROM_MAELSTROM_NODE_H
#define MAELSTROM_MAELSTROM_NODE_H

#include "simprocess/process.h"

enum maelstrom_pace {
    MAELSTROM_AUTO,    /* real time passes for a node that waits for a time */
    MAELSTROM_REAL,    /* real time passes */
    MAELSTROM_VIRTUAL, /* no real time passes: what a node does at some time never happens */
};

struct maelstrom_node_setup {
    const char *const *words; /* the program and its arguments */
    size_t count;
    const struct engine_setup *engine; /* the names, and which one is this node's */
    bool topology;                     /* it is told its neighbours: those in a square grid */
    enum maelstrom_pace pace;
    int silence; /* milliseconds of real time within which it answers `init`, or ends its work */
};

/* *setup is copied; what it points to stays the caller's and lives as long as the process. NULL and
 * *f: no memory. A step fails as that of simprocess/child_process.h. */
struct sim_process *maelstrom_node_new(const struct maelstrom_node_setup *setup, struct fault *f);

#endif
