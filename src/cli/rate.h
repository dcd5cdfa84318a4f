/* Shows the rate of a search if stderr is a terminal. Only programs use this: it prints. */
#ifndef CLI_RATE_H
#define CLI_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that never goes back. */
int64_t cli_milliseconds(void);

/* Writes the rate of `attempts` in so many milliseconds in words: from 5,000 a second on, it is
 * accurate to one percent. At most 95 bytes. */
void cli_rate_text(char *out, size_t size, uint64_t attempts, int64_t milliseconds);

/* A line on the terminal that shows the rate of a search: all zero at first. */
struct cli_rate {
    int64_t shown; /* when it was last written, in cli_milliseconds; 0: there is none */
};

/* Updates the line, at most twice a second and not in the first half second: `what` has been
 * searching at this height since `began` (in cli_milliseconds) and has made so many attempts. */
void cli_rate_show(struct cli_rate *r, const char *what, int64_t height, uint64_t attempts,
                   int64_t began);

/* Erases the line, if there is one. */
void cli_rate_hide(struct cli_rate *r);

/* If wanted: "PROGRAM: kernel NAME" on stderr for the kernel that is searching, unless it was
 * reported last: *told, initially NULL, is updated. A long search may switch to another kernel. */
void cli_say_kernel(bool wanted, const char *name, const char **told);

#endif
