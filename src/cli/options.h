/*
 * The options of a program: a table of them, in which each row says what kind of argument the
 * option takes, within which bounds, and where the value goes. The usage line, help, completions
 * and messages are made from it. Only programs use this: it prints and exits.
 *
 *     struct run {
 *         const char *ledger;
 *         bool headers;
 *         int64_t count;
 *         int threads;
 *     };
 *
 *     static const struct cli_option options[] = {
 *         {CLI_OPTION_LEDGER(struct run, ledger)},
 *         {'H', "headers", NULL, "blocks without their bodies", CLI_FLAG(struct run, headers)},
 *         {'n', "count", "COUNT", "at most so many blocks",
 *          CLI_NUMBER(struct run, count, 0, INT64_MAX)},
 *         {CLI_OPTION_THREADS(struct run, threads)},
 *         {0},
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct run r = {.count = INT64_MAX};
 *         char **operands = cli_options(&program, argc, argv, &r);
 *         size_t count = cli_count_operands(operands, 0, 1);
 *
 * The field of an option that is not given keeps its value, so defaults are set beforehand; best is
 * one that says "not given" (NULL, -1, 0). If an option is given several times, the last one wins,
 * except in a CLI_LIST. A kind that only one program needs is a function of that program, named by
 * CLI_CALL, which is given the whole struct.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/values.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_option {
    char letter;      /* 0 ends the table */
    const char *name; /* the long form, without dashes */
    const char *arg;  /* the name of its argument; NULL: it takes none */
    const char *help; /* one line */
    /* Called for each occurrence in the order of the command line, except that options without an
     * argument come first. Stores the value of the argument's text (NULL: it takes none) at this
     * offset in the program's struct. Ends the program with 2 if the text is not valid; the message
     * begins with "-LETTER: ". */
    void (*take)(const struct cli_option *o, const char *text, void *to);
    size_t at, size;
    int64_t least, most;      /* of a number */
    const char *const *words; /* of a choice; NULL ends them */
};

/* The kinds. `type` is the program's struct; a field of another type than the kind's does not
 * compile. */

/* bool: the option was given. */
#define CLI_FLAG(type, field) .take = cli_take_flag, CLI_AT(type, field, bool : 0)
/* const char *: the text itself, in argv. */
#define CLI_TEXT(type, field) .take = cli_take_text, CLI_AT(type, field, const char * : 0)
/* int, unsigned, int64_t or size_t: a number from low to high, both included. */
#define CLI_NUMBER(type, field, low, high)                                                         \
    .take = cli_take_number, .least = (low), .most = (high),                                       \
    CLI_AT(type, field, int : 0, unsigned : 0, long : 0, unsigned long : 0, long long : 0,         \
           unsigned long long : 0)
/* int64_t: milliseconds; the argument is a number of seconds from low to high. */
#define CLI_SECONDS(type, field, low, high)                                                        \
    .take = cli_take_seconds, .least = (low), .most = (high), CLI_AT(type, field, int64_t : 0)
/* int64_t: a time as cli_time takes it (cli/values.h). */
#define CLI_TIME(type, field) .take = cli_take_time, CLI_AT(type, field, int64_t : 0)
/* int: the index of the argument in this list of words, which a NULL ends. */
#define CLI_CHOICE(type, field, names)                                                             \
    .take = cli_take_choice, .words = (names), CLI_AT(type, field, int : 0)
/* struct cli_list: the option may be given several times. */
#define CLI_LIST(type, field) .take = cli_take_list, CLI_AT(type, field, struct cli_list : 0)
/* A function of the program, which is given the program's struct. */
#define CLI_CALL(function) .take = (function)

#define CLI_AT(type, field, ...)                                                                   \
    .size = sizeof(((type *)0)->field),                                                            \
    .at = offsetof(type, field) + 0 * _Generic(((type *)0)->field, __VA_ARGS__)

/* The contents of rows that many programs have, as in {CLI_OPTION_LEDGER(struct run, ledger)}. */
#define CLI_OPTION_LEDGER(type, field)                                                             \
    'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)", CLI_TEXT(type, field)
#define CLI_OPTION_NAMES(type, field)                                                              \
    'a', "names", "FILE", "the address book", CLI_TEXT(type, field)
/* int: for cli_thread_count. */
#define CLI_OPTION_THREADS(type, field)                                                            \
    'j', "threads", "COUNT", "threads that check signatures (default: all processors)",            \
        CLI_NUMBER(type, field, 1, CLI_THREADS_MAX)
/* int, initially -1: none. */
#define CLI_OPTION_PASSPHRASE(type, field)                                                         \
    'P', "passphrase-fd", "FD", "the key's passphrase is the next line of FD",                     \
        CLI_NUMBER(type, field, 0, INT_MAX)
/* int64_t, initially CLI_CLOCK: for cli_time_now. */
#define CLI_OPTION_CLOCK(type, field)                                                              \
    'T', "time", "TIME", "use this time as the clock", CLI_TIME(type, field)

enum { CLI_THREADS_MAX = 1024 };

/* The arguments of an option, in their order; NULL comes after the last. All zero at first. */
struct cli_list {
    const char **items;
    size_t count;
};
void cli_list_free(struct cli_list *l);

void cli_take_flag(const struct cli_option *o, const char *text, void *to);
void cli_take_text(const struct cli_option *o, const char *text, void *to);
void cli_take_number(const struct cli_option *o, const char *text, void *to);
void cli_take_seconds(const struct cli_option *o, const char *text, void *to);
void cli_take_time(const struct cli_option *o, const char *text, void *to);
void cli_take_choice(const struct cli_option *o, const char *text, void *to);
void cli_take_list(const struct cli_option *o, const char *text, void *to);

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

/* Takes all options into the program's struct. Gives the operands, ended by a NULL. Prints the help
 * or the version and exits if requested; exits with 2 through cli_misuse if an option is not in the
 * table, lacks its argument, or is required and missing. Call it before any other function. */
char **cli_options(const struct cli *c, int argc, char **argv, void *to);

/* The number of operands. Exits through cli_misuse unless it is from least to most (most < 0: no
 * limit). */
size_t cli_count_operands(char **operands, int least, int most);

/* "PROGRAM: words" on stderr, which say what is missing or superfluous; then the usage line, and
 * exit 2. */
_Noreturn void cli_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The name by which the program was called, without folders. If it was installed with a PROGPREFIX,
 * this differs from the name in the source. */
const char *cli_name(void);

#endif
