/* A process that waits for the end of this one and then kills the process groups that are left. It
 * hears of them through a pipe, which the kernel closes however this process ends. */
#ifndef SIMPROCESS_CHILD_GUARD_H
#define SIMPROCESS_CHILD_GUARD_H

#include "base/fault.h"

#include <sys/types.h>

/* Starts the guard, unless this process has one. Children of children that lose their parent become
 * ours, so that we can reap them. 0, or -1 and trouble. One thread. */
int child_guard_start(struct fault *f);

/* From now on the guard knows of this group; or no more, which has to be said while its leader is
 * not reaped. */
void child_guard_add(pid_t group);
void child_guard_remove(pid_t group);

/* Ends the guard, if there is one that knows of no group. */
void child_guard_stop(void);

#endif
