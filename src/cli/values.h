/* The values of options and operands. Only programs use this: if a text is not valid, it exits with
 * 2 and a message that names the option. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stdint.h>

/* A number from least to most. */
int64_t cli_number(const char *what, const char *text, int64_t least, int64_t most);

/* The ledger's path: the -l argument if not NULL, else $LEDGER, else "ledger". */
const char *cli_ledger(const char *option);

/* The number of threads: the -j argument, or, if that is 0, the number of processors that we may
 * use. */
int cli_thread_count(int option);

/* A time of 0 or more: Unix seconds, or a date (base/date.h). */
int64_t cli_time(const char *what, const char *text);

/* The time in Unix seconds: the -T argument or, if that is CLI_CLOCK, that of the machine's clock.
 * Exits with 2 if the clock shows an impossible time (base/clock.h). */
enum { CLI_CLOCK = -1 };
int64_t cli_time_now(int64_t option);

#endif
