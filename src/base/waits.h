/*
 * Long waits are reported: a program that does nothing for a second, because another one holds a
 * lock, looks as if it hung. The library says what it waits for; the program decides how to report
 * it.
 */
#ifndef BASE_WAITS_H
#define BASE_WAITS_H

#include <stdint.h>

#define WAITS_TOLD_AFTER 1000 /* milliseconds */

/* Called once for each wait that has lasted this long, with what it waits for, as "for ...". It may
 * be called from another thread than the waiting one. */
typedef void waits_teller(const char *what);

/* Sets the function that is called from now on; NULL, the default: none. */
void waits_set_teller(waits_teller *tell);

/* Reports a wait at once. */
void waits_tell(const char *what);

/* flock(2) with this operation, LOCK_EX or LOCK_SH, restarted after signals. A long wait is
 * reported as "for another program that has PATH locked". 0, or -1 with errno set. */
int waits_flock(int fd, int operation, const char *path);

/* Milliseconds of a clock that never goes back. */
int64_t waits_now(void);

#endif
