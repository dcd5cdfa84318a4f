/* How fast a search goes, as a program shows it where stderr is a terminal. Only programs use this:
 * it prints. */
#ifndef CLI_RATE_H
#define CLI_RATE_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that only goes forward. */
int64_t cli_milliseconds(void);

/* So many attempts in so many milliseconds, as they are shown: from 5,000 a second on, the rate is
 * right to one in a hundred. At most 95 bytes. */
void cli_rate_text(char *out, size_t size, uint64_t attempts, int64_t milliseconds);

/* Shows, in place of what was shown before, the attempts since a search began, then being in
 * cli_milliseconds(). `what` is searched. */
void cli_show_rate(const char *what, uint64_t attempts, int64_t began);

/* Takes the line away. */
void cli_hide_rate(void);

/* "PROGRAM: kernel NAME" on stderr for the kernel that searches, unless that was told last: *told,
 * NULL at first, which is set. A long search may come to another kernel. */
void cli_say_kernel(const char *name, const char **told);

#endif
