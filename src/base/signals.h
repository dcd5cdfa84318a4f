/* Sets of signals, and what happens when one of them arrives. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <signal.h>

/* The set of these signals; 0 comes after the last. */
sigset_t signals_set(int first, ...);

/* The signals that ask a program to end: SIGTERM, SIGINT and SIGHUP, except those that are ignored
 * now, as nohup and a shell's background jobs have it. They stay ignored: blocked, they would be
 * delivered. */
sigset_t signals_that_end(void);

/* Calls this function whenever a signal of the set arrives. System calls are interrupted. */
void signals_handle(const sigset_t *set, void (*handler)(int number));

#endif
