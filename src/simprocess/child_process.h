/* Any program as a process of the simulation: a child (simprocess/child.h) to which a carrier
 * speaks the lines of process(7). Its clock is virtual, so it is given no more real time than it
 * takes to answer. */
#ifndef SIMPROCESS_CHILD_PROCESS_H
#define SIMPROCESS_CHILD_PROCESS_H

#include "simprocess/process.h"

#define CHILD_SILENCE 10000        /* milliseconds of real time, unless told otherwise */
#define CHILD_OUTPUTS_MAX 1000000  /* outputs in the answer to one batch, and */
#define CHILD_ANSWER_MAX (1 << 30) /* ... bytes */

/* The program that these words name. The words and *setup stay the caller's and live as long as the
 * process. `silence`: milliseconds of real time within which it answers a batch. The seed of the
 * nth start is drawn from setup->seed. It is not started yet. NULL: no memory.
 *
 * A step fails by FAULT_RULE with `PROGRAM: line N: ...`, a line of its output, if the program
 * breaks a rule, floods or ends; and by trouble if it is silent, or ends without ever having
 * answered. */
struct sim_process *child_process_new(const char *const *words, size_t count,
                                      const struct engine_setup *setup, int silence,
                                      struct fault *f);

#endif
