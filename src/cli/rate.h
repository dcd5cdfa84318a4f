/* Shows the rate of a search if stderr is a terminal. Only programs use this: it prints. */
#ifndef CLI_RATE_H
#define CLI_RATE_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that never goes back. */
int64_t cli_milliseconds(void);

/* So many attempts in so many milliseconds, in words: from 5,000 a second on, the rate is accurate
 * to one percent. At most 95 bytes. */
void cli_rate_text(char *out, size_t size, uint64_t attempts, int64_t milliseconds);

/* Shows, over the last line shown, the rate of the attempts since `began` (in cli_milliseconds).
 * `what` is being searched. */
void cli_show_rate(const char *what, uint64_t attempts, int64_t began);

/* Erases the line. */
void cli_hide_rate(void);

/* "PROGRAM: kernel NAME" on stderr for the kernel that is searching, unless it was reported last:
 * *told, initially NULL, is updated. A long search may switch to another kernel. */
void cli_say_kernel(const char *name, const char **told);

#endif
