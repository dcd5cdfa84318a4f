#include "cli/cli.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/signals.h"
#include "cli/options.h"
#include "cli/terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_CHUNK = 1 << 16 };

static struct buf output;
static void (*edit_message)(char *message, size_t size); /* NULL: nothing is changed */
static void (*before_message)(void);                     /* NULL: nothing comes first */

/* One write for each message, so that those of a pipeline's programs do not mix. */
static void tell(const char *format, ...)
{
    char text[PATH_MAX + 1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (edit_message)
        edit_message(text, sizeof text);
    file_names_visible(text);
    terminal_clear();
    if (before_message)
        before_message();
    fprintf(stderr, "%s\n", text);
}

static void say(const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    tell("%s: %s", cli_name(), text);
}

/* A place in a file: its name, and the line unless that is 0. */
struct place {
    char text[PATH_MAX + 32];
};

static struct place place_of(const char *file, uint64_t line)
{
    struct place p;
    if (line)
        snprintf(p.text, sizeof p.text, "%s:%" PRIu64, file, line);
    else
        snprintf(p.text, sizeof p.text, "%s", file);
    return p;
}

void cli_edit_messages(void (*edit)(char *message, size_t size))
{
    edit_message = edit;
}

void cli_before_messages(void (*first)(void))
{
    before_message = first;
}

void cli_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
}

void cli_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    exit(CLI_TROUBLE);
}

void cli_fail(const char *place, const struct fault *f)
{
    if (place)
        tell("%s: %s: %s", cli_name(), place_of(place, f->line).text, f->text);
    else
        tell("%s: %s", cli_name(), f->text);
    exit(f->kind == FAULT_RULE ? CLI_NO : CLI_TROUBLE);
}

void cli_report(const char *place, uint64_t line, const char *text)
{
    tell("%s: %s", place_of(place, line).text, text);
}

void cli_end_by(int number)
{
    sigset_t one = signals_set(number, 0);
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(number);
    _exit(CLI_TROUBLE);
}

static _Noreturn void output_failed(void)
{
    if (errno == EPIPE) /* ends as any filter whose reader has left */
        cli_end_by(SIGPIPE);
    cli_die("stdout: %s", strerror(errno));
}

void cli_flush(void)
{
    if (output.len && file_write(STDOUT_FILENO, output.data, output.len))
        output_failed();
    output.len = 0;
}

void cli_put(const void *bytes, size_t n)
{
    if (output.len + n > OUTPUT_CHUNK)
        cli_flush();
    if (n >= OUTPUT_CHUNK) {
        if (file_write(STDOUT_FILENO, bytes, n))
            output_failed();
    } else {
        cli_memory(buf_add(&output, bytes, n));
    }
}

void cli_put_string(const char *s)
{
    cli_put(s, strlen(s));
}

void cli_put_format(const char *format, ...)
{
    char text[CLI_FORMAT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_put_string(text);
}

void cli_exit(int status)
{
    cli_flush();
    buf_free(&output);
    if (close(STDOUT_FILENO))
        output_failed();
    exit(status);
}
