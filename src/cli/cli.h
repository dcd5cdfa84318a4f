/*
 * What the command lines of all programs have in common: options from a table, usage and help made
 * from it, exit statuses, and a checked stdout. Only programs use this: it prints and exits.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses, the same everywhere. */
enum { CLI_YES = 0, CLI_NO = 1, CLI_TROUBLE = 2 };

struct cli_option {
    char letter;      /* 0 ends the table */
    const char *name; /* the long form, without dashes */
    const char *arg;  /* the name of its argument; NULL: it takes none */
    const char *help; /* one line */
};

/* A program: one static const of these, with its option table. -h and -V are added to every one. */
struct cli {
    const char *name;
    const char *operands; /* as in the usage line; "" for none */
    const char *about;    /* one line: what it does */
    const struct cli_option *options;
    const char *required; /* the letters of required options; NULL: none */
    const char *number;   /* what messages call a number among the operands; NULL: none of them is a
                             number, and no operand begins with a minus */
};

/* The next option's letter, with its argument in optarg; -1 at the end, when optind is the first
 * operand. Prints the help or the version and exits if requested; exits with 2 through cli_misuse
 * if an option is not in the table, lacks its argument, or is required and missing. Call it until
 * it gives -1, before any other function. */
int cli_next(const struct cli *c, int argc, char **argv);

/* Where an option's argument goes. A table of these ends with letter 0. */
struct cli_value {
    char letter;
    const char **to;
};

/* Stores optarg where the table says for this letter. Whether the table has it. */
bool cli_take(const struct cli_value *values, int letter);

/* Exits through cli_misuse unless the number of operands is from least to most (most < 0: no
 * limit). Gives the operands, ended by a NULL. */
char **cli_operands(int argc, char **argv, int least, int most);

/* "PROGRAM: words" on stderr, saying what is missing or too much; then the usage line, and exit 2.
 */
_Noreturn void cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* cli_misuse without words. */
_Noreturn void cli_usage(void);

/* The name that the program was called by, without folders; with PROGPREFIX, it differs from the
 * source's. */
const char *cli_name(void);

/* Has every message, in a buffer of so many bytes, changed by this function before it is printed:
 * so accounts get their names (cli/names.h). */
void cli_edit_messages(void (*edit)(char *message, size_t size));

/* Has this function called before each message, to write what must precede it on stderr. */
void cli_before_messages(void (*first)(void));

/* "PROGRAM: words" on stderr. */
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As cli_warn, then exit 2. */
_Noreturn void cli_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exits with "out of memory" if something failed for want of memory. */
static inline void cli_memory(int failed)
{
    if (failed)
        cli_die("out of memory");
}

/* "PROGRAM: place: fault" on stderr (place NULL: none), with the line number after the place if the
 * fault has one; then exits with 1 or 2 according to the fault's kind. */
_Noreturn void cli_fail(const char *place, const struct fault *f);

/* The exit status for the fault's kind. */
int cli_status(const struct fault *f);

/* "PLACE:LINE: rule" on stderr: the form in which all faults of records are reported. line 0: none.
 */
void cli_report(const char *place, uint64_t line, const char *text);

/* An option's argument as a number from least to most; otherwise a message that names the option,
 * and exit 2. */
int64_t cli_number(const char *what, const char *text, int64_t least, int64_t most);

/* Writes to stdout through a buffer; exits with 2 if that fails, or quietly on EPIPE. */
void cli_put(const void *bytes, size_t n);
void cli_put_string(const char *s);
void cli_flush(void);

/* Flushes and closes stdout and exits with the status, or with 2 if stdout could not be written. */
_Noreturn void cli_exit(int status);

/* The ledger's path: the -l argument if not NULL, else $LEDGER, else "ledger". */
const char *cli_ledger(const char *option);

/* The number of threads: the -j argument, or, if that is NULL, the number of processors that we may
 * use. */
int cli_threads(const char *option);

/* An option's argument as a time: Unix seconds, or a date (base/date.h); otherwise a message that
 * names the option, and exit 2. */
int64_t cli_time(const char *what, const char *text);

/* The time in Unix seconds: the -T argument as cli_time takes it, or, if that is NULL, of the
 * machine's clock. Exits with 2 if the clock shows an impossible time (base/clock.h). */
int64_t cli_now(const char *option);

#endif
