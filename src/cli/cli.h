/*
 * What every program's command line has in common: options from one table, usage and help made from
 * it, exit statuses, and a stdout that was really written. Only programs use this: it prints and
 * exits.
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
    char letter;      /* 0 ends a table */
    const char *name; /* the long form, without dashes */
    const char *arg;  /* what its argument is called; NULL: it takes none */
    const char *help; /* one line */
};

/* A program: one static const of these, with its option table. -h and -V are added to every one. */
struct cli {
    const char *name;
    const char *operands; /* as the usage line shows them; "" for none */
    const char *about;    /* one line: what it does */
    const struct cli_option *options;
    const char *required; /* the letters of options that cannot be left out; NULL: none */
    const char *number;   /* what a number among the operands is called in messages; NULL: there is
                             none, and an operand never begins with a minus */
};

/* The next option's letter, its argument in optarg; -1 at the end, optind then being the first
 * operand. Prints the help or the version and exits if they are asked for; exits with 2 and
 * cli_misuse's words if an option is not in the table, lacks its argument, or is required and
 * missing. Call it until it gives -1, nothing else before. */
int cli_next(const struct cli *c, int argc, char **argv);

/* Where an option's argument goes. A table of these ends with letter 0. */
struct cli_value {
    char letter;
    const char **to;
};

/* Puts optarg where the table says for this letter. Whether it does. */
bool cli_take(const struct cli_value *values, int letter);

/* Exits with cli_misuse's words unless there are from least to most operands (most < 0: any
 * number). The first operand, ended by a NULL. */
char **cli_operands(int argc, char **argv, int least, int most);

/* "PROGRAM: words" on stderr, what is missing or too much; then the usage line, and exit 2. */
_Noreturn void cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* cli_misuse without words. */
_Noreturn void cli_usage(void);

/* The name that the program was called by, without folders: with PROGPREFIX, not that of its
 * source.
 */
const char *cli_name(void);

/* Has every message, in a buffer of so many bytes, changed by this function before it is printed:
 * so accounts get their names (cli/names.h). */
void cli_edit_messages(void (*edit)(char *message, size_t size));

/* "PROGRAM: words" on stderr. */
void cli_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As cli_warn, then exit 2. */
_Noreturn void cli_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* cli_die for want of memory, where something has failed for that. */
static inline void cli_memory(int failed)
{
    if (failed)
        cli_die("out of memory");
}

/* "PROGRAM: place: fault" on stderr (place NULL: none), with the line number behind the place where
 * the fault has one; then exits with 1 or 2 after the fault's kind. */
_Noreturn void cli_fail(const char *place, const struct fault *f);

/* The status that the fault's kind asks for. */
int cli_status(const struct fault *f);

/* "PLACE:LINE: rule" on stderr: the one form in which a record's fault is told. line 0: none. */
void cli_report(const char *place, uint64_t line, const char *text);

/* An option's argument as a number between least and most, or a message that names it and exit 2.
 */
int64_t cli_number(const char *what, const char *text, int64_t least, int64_t most);

/* Writes to stdout through a buffer; exits with 2 where that fails, quietly on EPIPE. */
void cli_put(const void *bytes, size_t n);
void cli_put_string(const char *s);
void cli_flush(void);

/* Flushes and closes stdout and exits with the status, or with 2 where stdout was not really
 * written. */
_Noreturn void cli_exit(int status);

/* The ledger's path: the -l argument if not NULL, else $LEDGER, else "ledger". */
const char *cli_ledger(const char *option);

/* How many threads: the -j argument, or, where it is NULL, as many as processors are there for us.
 */
int cli_threads(const char *option);

/* An option's argument as a time: Unix seconds, or a date (base/date.h); or a message that names it
 * and exit 2. */
int64_t cli_time(const char *what, const char *text);

/* The clock in Unix seconds: the -T argument as cli_time takes it, or, if it is NULL, the
 * machine's. Exits with 2 if that is set to a time that cannot be right (base/clock.h). */
int64_t cli_now(const char *option);

#endif
