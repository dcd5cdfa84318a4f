/*
 * Whether a child waits for input, so that time need not pass for it. Programs that were not
 * written for virtual time do not say when they have finished, but the kernel knows: all threads of
 * it and of its children sleep, and nothing is left in the pipe to it.
 *
 * Two looks at every thread, between which none of them ran, are as good as one look at all of them
 * at once. (Linux: /proc/PID/task/TID/stat, schedstat, syscall, children; proc(5).)
 */
#ifndef SIMPROCESS_CHILD_ACTIVITY_H
#define SIMPROCESS_CHILD_ACTIVITY_H

#include "simprocess/child.h"

enum child_activity {
    CHILD_BUSY,  /* it runs, or has not read all that it was sent */
    CHILD_WAITS, /* it waits for input, and for nothing else that can be seen */
    CHILD_TIMED, /* it waits for input, or until some time of the machine's clock has come */
    CHILD_UNSEEN /* /proc does not show it */
};

/* What a child does just now. If it waits, what it wrote before may still be unread, so read after
 * this. A child that has ended is CHILD_WAITS. */
enum child_activity child_activity(const struct child *c);

#endif
