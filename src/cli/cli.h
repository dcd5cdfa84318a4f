/* What all programs have in common: exit statuses, messages on stderr, and a checked stdout. Only
 * programs use this: it prints and exits. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses, the same everywhere. */
enum { CLI_YES = 0, CLI_NO = 1, CLI_TROUBLE = 2 };

/* Sets a function that may change every message, in a buffer of `size` bytes, before it is printed.
 * This is how accounts get their names (cli/names.h). */
void cli_edit_messages(void (*edit)(char *message, size_t size));

/* Sets a function that is called before each message, to write what must precede it on stderr. */
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

/* Ends the program by this signal, as if the signal were neither caught nor ignored. */
_Noreturn void cli_end_by(int number);

/* "PLACE:LINE: rule" on stderr, the form in which all faults of records are reported; line 0:
 * none. */
void cli_report(const char *place, uint64_t line, const char *text);

/* Writes to stdout through a buffer; exits with 2 if that fails, or quietly on EPIPE. */
void cli_put(const void *bytes, size_t n);
void cli_put_string(const char *s);
void cli_flush(void);

/* Writes less than CLI_FORMAT_MAX bytes; what is more is cut off. */
#define CLI_FORMAT_MAX 3072
void cli_put_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Flushes and closes stdout and exits with the status, or with 2 if stdout could not be written. */
_Noreturn void cli_exit(int status);

#endif
