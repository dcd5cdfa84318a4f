/* node-log: keeps the log of a node within bounds, shows what happens, and says why it ended. */
#include "base/clock.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "node/cause.h"
#include "node/logfile.h"
#include "node/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ROOM = 1 << 17,
    LEAST = 1 << 17,     /* bytes of the smallest log */
    SHOWN_A_SECOND = 30, /* lines on the screen; the rest is counted */
    AGAIN = 1000,        /* ms until a log that could not be written is tried again */
    LINGER = 2000,       /* ms for the last messages after a signal */
    PIPE = 1 << 20,      /* bytes that stdin can hold, if the system allows it, */
    BUSY = 1 << 11,      /* ... and those read at once during a burst, which is then left to grow */
    GROW = 20, /* ... for so many ms: a node writes faster than one piece at a time is read */
};

struct run {
    const char *names;
    int64_t most; /* bytes of a file */
    bool quiet;
    struct logfile log;
    struct screen screen;
    struct cause cause;
    int64_t tried;  /* when the log could last not be written; 0: it can be */
    uint64_t lost;  /* bytes that are not in the log */
    int64_t second; /* of which the lines on the screen are counted */
    size_t shown, hidden;
    bool wide; /* stdin holds more than is written during a pause */
    char in[ROOM];
    size_t have;
};

static const struct cli_option options[] = {
    {CLI_OPTION_NAMES(struct run, names)},
    {'m', "me", "ACCOUNT", "the node's own account, whose connections are not shown",
     CLI_TEXT(struct run, screen.me)},
    {'n', "bytes", "COUNT", "begin a new file at this size (default: 16777216)",
     CLI_NUMBER(struct run, most, LEAST, INT64_MAX / 2)},
    {'v', "verdicts", NULL, "show records when they are accepted, not when they arrive",
     CLI_FLAG(struct run, screen.verdicts)},
    {'q', "quiet", NULL, "show nothing", CLI_FLAG(struct run, quiet)},
    {0},
};

static const struct cli program = {
    .name = "node-log",
    .operands = "LOG",
    .about = "Appends the messages on stdin to LOG within bounds, and shows what happens.",
    .options = options,
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    stopped = signal;
}

/* The other parts of the node get the same signal, and may have last words. */
static void catch_signals(void)
{
    const sigset_t all = signals_set(SIGTERM, SIGINT, SIGHUP, SIGQUIT, 0);
    signals_handle(&all, stop);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

/* --- The screen ------------------------------------------------------------------------------- */

/* A screen that nobody reads, or a stopped terminal, does not stop the node: its lines are lost. */
static bool show(struct run *r, const char *line, size_t n)
{
    struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (r->quiet || poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
        return false;
    if (write(STDOUT_FILENO, line, n) < 0 && errno == EPIPE)
        r->quiet = true;
    return true;
}

/* Without a time if the clock shows none. */
static size_t put_now(char *out, size_t size)
{
    struct timespec now;
    struct fault f;
    struct tm t;
    if (clock_read(&now, &f) || !gmtime_r(&now.tv_sec, &t))
        return 0;
    return strftime(out, size, "%H:%M:%S ", &t);
}

static void show_hidden(struct run *r)
{
    char line[SCREEN_MAX];
    int64_t now = cli_milliseconds() / 1000;
    if (now == r->second)
        return;
    if (r->hidden) {
        size_t n = put_now(line, sizeof line);
        n += (size_t)snprintf(line + n, sizeof line - n, "%zu more events in the log\n", r->hidden);
        show(r, line, n);
    }
    r->second = now;
    r->shown = r->hidden = 0;
}

static void show_event(struct run *r, const char *line, size_t n)
{
    char words[SCREEN_MAX];
    size_t len = r->quiet ? 0 : screen_line(&r->screen, line, n, words);
    if (!len)
        return;
    show_hidden(r);
    if (r->shown < SHOWN_A_SECOND && show(r, words, len))
        r->shown++;
    else
        r->hidden++;
}

/* --- Questions -------------------------------------------------------------------------------- */

/* `?WORDS` or `!WORDS`: the node asks for the reason of something. The answer goes to the screen
 * with the time, or to stderr, and into the log. Without words, it only forgets earlier reasons. */
static size_t answer(struct run *r, const char *line, size_t n, char out[2 * CAUSE_SAID_MAX])
{
    char text[3 * CAUSE_SAID_MAX];
    int words = n - 1 < CAUSE_SAID_MAX ? (int)n - 1 : CAUSE_SAID_MAX;
    const char *why = cause_words(&r->cause);
    if (words == 0)
        return 0;
    snprintf(out, 2 * CAUSE_SAID_MAX, "%.*s: %s\n", words, line + 1, why);
    if (*line == '!')
        fputs(out, stderr);
    else if (!r->quiet) {
        size_t at = put_now(text, sizeof text);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s", out);
        show(r, text, at);
    }
    return strlen(out);
}

/* --- The log ---------------------------------------------------------------------------------- */

static void log_trouble(struct run *r, const struct fault *f)
{
    if (!r->tried)
        cli_warn("%s: %s: the node goes on without it", r->log.path, f->text);
    r->tried = cli_milliseconds();
}

/* Appends whole lines, unless the log could not be written a moment ago. */
static void append(struct run *r, const char *lines, size_t n)
{
    struct fault f = {0};
    char note[128];
    bool waits = r->tried && cli_milliseconds() - r->tried < AGAIN;
    if (n == 0)
        return;
    if (!waits && r->lost) {
        snprintf(note, sizeof note, "%s: %llu bytes could not be written before this\n", cli_name(),
                 (unsigned long long)r->lost);
        if (logfile_add(&r->log, note, strlen(note), &f) == 0)
            r->lost = 0;
    }
    if (!waits && !r->lost && logfile_add(&r->log, lines, n, &f) == 0) {
        r->tried = 0;
        return;
    }
    r->lost += n;
    if (!waits)
        log_trouble(r, &f);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void take_line(struct run *r, const char *line, size_t n)
{
    show_event(r, line, n);
    cause_take(&r->cause, line, n);
}

/* Logs the n bytes, which are whole lines. */
static void take_lines(struct run *r, const char *lines, size_t n)
{
    const char *at = lines, *end = lines + n, *logged = lines;
    char words[2 * CAUSE_SAID_MAX];
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        size_t len = (size_t)((newline ? newline : end) - at);
        if (*at == '?' || *at == '!') {
            append(r, logged, (size_t)(at - logged));
            append(r, words, answer(r, at, len, words));
            logged = next;
        } else {
            take_line(r, at, len);
        }
        at = next;
    }
    append(r, logged, (size_t)(end - logged));
}

/* Takes the whole lines, or everything if a line fills the buffer; the rest waits for more. */
static void take_whole(struct run *r)
{
    const char *last = memrchr(r->in, '\n', r->have);
    size_t n = last ? (size_t)(last + 1 - r->in) : r->have == ROOM ? ROOM : 0;
    if (n == 0)
        return;
    take_lines(r, r->in, n);
    r->have -= n;
    memmove(r->in, r->in + n, r->have);
}

/* Waits for input: whether there is some, or its end. */
static bool wait_for_input(struct run *r, int milliseconds)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    int got = poll(&p, 1, milliseconds);
    show_hidden(r);
    return got > 0;
}

/* Lets a burst of messages grow, as each of the many reads that it would take else costs more than
 * what it reads. */
static void rest(const struct run *r, size_t got)
{
    if (r->wide && !stopped && got >= BUSY)
        poll(NULL, 0, GROW);
}

static void run(struct run *r)
{
    int64_t end = 0;
    for (;;) {
        int64_t now = cli_milliseconds();
        if (stopped && !end)
            end = now + LINGER;
        if (end && now >= end)
            break;
        if (!wait_for_input(r, end ? (int)(end - now) : 1000))
            continue;
        const size_t room = ROOM - r->have;
        ssize_t got = read(STDIN_FILENO, r->in + r->have, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            cli_die("stdin: %s", strerror(errno));
        if (got == 0)
            break;
        r->have += (size_t)got;
        take_whole(r);
        if ((size_t)got < room)
            rest(r, (size_t)got);
    }
    if (r->have && r->have < ROOM)
        r->in[r->have++] = '\n';
    take_lines(r, r->in, r->have);
}

int main(int argc, char **argv)
{
    static struct run r;
    static struct screen_origin origins[SCREEN_ORIGINS];
    struct fault f;
    r.most = 16 << 20;
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 1, 1);
    cli_name_accounts(); /* a book that cannot be read must not end a node */
    r.screen.origins = origins;
    r.screen.book = cli_book(r.names);
    catch_signals();
    r.wide = fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE) >= PIPE;
    if (logfile_open(&r.log, *operands, (uint64_t)r.most, &f))
        cli_fail(*operands, &f);
    run(&r);
    logfile_close(&r.log);
    return r.lost ? CLI_TROUBLE : CLI_YES;
}
