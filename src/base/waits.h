/*
 * Waits that somebody should hear of: a program that does nothing for a second, because another one
 * holds a lock, looks as if it hung. The library says what it waits for; the program decides where
 * that is told.
 */
#ifndef BASE_WAITS_H
#define BASE_WAITS_H

#include <stdint.h>

#define WAITS_TOLD_AFTER 1000 /* milliseconds */

/* Is told once for each wait that has lasted so long: for what, as "for ...". It may be called from
 * another thread than the one that waits. */
typedef void waits_teller(const char *what);

/* Sets who is told from now on; NULL, as it is at first: nobody. */
void waits_set_teller(waits_teller *tell);

/* Tells of a wait at once. */
void waits_tell(const char *what);

/* flock(2) with this operation, LOCK_EX or LOCK_SH, restarted after signals. A wait is told of as
 * "for another program that has PATH locked". 0, or -1 with errno set. */
int waits_flock(int fd, int operation, const char *path);

/* Milliseconds that only go up. */
int64_t waits_now(void);

#endif
