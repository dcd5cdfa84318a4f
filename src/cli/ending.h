/*
 * Ends a program by the signal that asks it to end, but not in the middle of its work: what it has
 * found is printed first. Only programs use this: it ends them.
 */
#ifndef CLI_ENDING_H
#define CLI_ENDING_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct cli_ending {
    atomic_bool *stop; /* set when a signal has arrived */
    sigset_t asking;   /* the signals that end us */
    pthread_mutex_t lock;
    bool idle;  /* nothing needs to be finished before the end */
    int signal; /* the one that has arrived; 0: none */
};

/* Starts a thread that waits for the signals that end a program (base/signals.h). An idle program,
 * as it is at first, ends at once. Otherwise the thread sets *stop, and the program has 40
 * milliseconds to finish: if nobody reads what it prints, it ends all the same. Call this before
 * any other thread is started; *e and *stop must last until the program ends. */
void cli_ending_begin(struct cli_ending *e, atomic_bool *stop);

/* Says whether the program is idle from now on. Gives the signal that has arrived meanwhile, for
 * cli_end_by, or 0. */
int cli_ending_idle(struct cli_ending *e, bool idle);

#endif
