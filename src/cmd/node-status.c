/* node-status: what the folders of nodes say about them, as lines or as a live table. */
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "node/table.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { COLUMNS = 80, LINES = 24 };

struct run {
    struct table_row *rows;
    size_t count, refusals;
    bool is_watching;
    bool is_live; /* the table is updated until a signal */
    size_t drawn; /* lines of the last table */
    int64_t interval;
    int64_t time; /* -T */
    const char *names;
    const struct book *book;
    int status;
};

static const struct cli_option options[] = {
    {'w', "watch", NULL, "show a table of the nodes, and keep it up to date",
     CLI_FLAG(struct run, is_watching)},
    {'i', "interval", "SECONDS", "with -w: how often it is updated (default: 1)",
     CLI_NUMBER(struct run, interval, 1, 86400)},
    {'n', "count", "COUNT", "the last COUNT refusals (default: 5)",
     CLI_NUMBER(struct run, refusals, 0, STATUS_REFUSALS_MAX)},
    {'a', "names", "FILE", "the address book, for the table", CLI_TEXT(struct run, names)},
    {'T', "time", "TIME", "the time, instead of the clock's", CLI_TIME(struct run, time)},
    {0},
};

static const struct cli program = {
    .name = "node-status",
    .operands = "DIR...",
    .about = "Says what nodes have and see: tip, peers, pool, refusals, disk.",
    .options = options,
};

/* --- Lines ------------------------------------------------------------------------------------ */

static void put(const char *name, const char *value)
{
    cli_put_string(name);
    cli_put_string(" ");
    cli_put_string(*value ? value : "-");
    cli_put_string("\n");
}

static const char *number(int64_t n, char out[24])
{
    snprintf(out, 24, n < 0 ? "-" : "%" PRId64, n);
    return out;
}

/* A line of numbers; -1 ends them. */
static void put_numbers(const char *name, const int64_t *numbers, size_t count)
{
    char text[24];
    cli_put_string(name);
    for (size_t i = 0; i < count; i++) {
        cli_put_string(" ");
        cli_put_string(number(numbers[i], text));
    }
    cli_put_string("\n");
}

/* Each line of the buffer after that word. */
static void put_each(const char *name, const struct buf *lines)
{
    const char *at = lines->data, *end = at + lines->len;
    while (lines->len && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        cli_put_string(name);
        cli_put_string(" ");
        cli_put(at, (size_t)(newline + 1 - at));
        at = newline + 1;
    }
}

static void put_state(const struct node_status *s)
{
    char line[64], pid[24];
    static const char *const states[] = {"stopped", "starting", "running"};
    snprintf(line, sizeof line, "%s%s%s", states[s->state], s->state == NODE_STOPPED ? "" : " ",
             s->state == NODE_STOPPED ? "" : number(s->pid, pid));
    put("state", line);
}

/* How old the tip is; with a clock that is behind, it is of this moment. */
static int64_t age(const struct node_status *s, int64_t now)
{
    return s->time < 0 ? -1 : now > s->time ? now - s->time : 0;
}

static void put_status(const char *dir, const struct node_status *s, int64_t now)
{
    put("node", dir);
    put_state(s);
    put("listen", s->where);
    put("account", s->account);
    put("chain", s->chain);
    put_numbers("height", (int64_t[]){s->height}, 1);
    put("tip", s->tip);
    put_numbers("time", (int64_t[]){s->time}, 1);
    put_numbers("age", (int64_t[]){age(s, now)}, 1);
    put_numbers("unindexed", (int64_t[]){s->unindexed}, 1);
    put_numbers("pool", (int64_t[]){s->pool, s->pool_bytes, s->pool_fees}, 3);
    int64_t peers = s->inbound < 0 ? -1 : s->inbound + s->outbound;
    put_numbers("peers", (int64_t[]){peers, s->inbound, s->outbound}, 3);
    put_each("peer", &s->peers);
    put_numbers("known", (int64_t[]){s->known}, 1);
    put_each("refused", &s->refusals);
    put_numbers("disk", (int64_t[]){s->disk, s->free}, 2);
}

static void worsen(struct run *r, int status)
{
    r->status = status > r->status ? status : r->status;
}

/* Reads the status of a node, and says what could not be read. */
static void read_one(struct run *r, struct table_row *row)
{
    struct fault f;
    struct node_status *s = &row->status;
    node_status_free(s);
    row->missing = node_status_read(s, row->dir, r->refusals, cli_time_now(r->time), &f) != 0;
    if (r->is_live)
        return;
    if (row->missing)
        cli_warn("%s", f.text);
    for (size_t i = 0; i < s->troubles_count; i++)
        cli_warn("%s: %s", row->dir, s->troubles[i]);
    if (row->missing || s->troubles_count)
        worsen(r, CLI_TROUBLE);
    else if (s->state == NODE_STOPPED)
        worsen(r, CLI_NO);
}

static void print_all(struct run *r)
{
    for (size_t i = 0; i < r->count; i++) {
        read_one(r, &r->rows[i]);
        if (!r->rows[i].missing)
            put_status(r->rows[i].dir, &r->rows[i].status, cli_time_now(r->time));
        cli_flush();
    }
}

/* --- The table -------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    if (signal != SIGWINCH)
        stopped = true;
}

/* Signals are held back except while it waits. */
static void catch_signals(void)
{
    const sigset_t held = signals_set(SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH, 0);
    signals_handle(&held, stop);
    sigprocmask(SIG_BLOCK, &held, NULL);
}

/* Waits until the table is due again; a terminal that was closed ends the program. */
static void wait_a_while(const struct run *r)
{
    struct timespec t = {.tv_sec = r->interval};
    struct pollfd p = {.fd = STDOUT_FILENO, .events = 0};
    sigset_t none;
    sigemptyset(&none);
    if (ppoll(&p, 1, &t, &none) > 0)
        stopped = true;
}

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

/* Draws the table over the last one. */
static void draw(struct run *r)
{
    struct winsize size = {.ws_row = LINES, .ws_col = COLUMNS};
    struct buf table = {0};
    char up[32];
    if (r->is_live && (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col))
        size = (struct winsize){.ws_row = LINES, .ws_col = COLUMNS};
    for (size_t i = 0; i < r->count; i++)
        read_one(r, &r->rows[i]);
    cli_memory(table_format(r->rows, r->count, r->book, cli_time_now(r->time),
                            r->is_live ? size.ws_row : SIZE_MAX,
                            r->is_live && size.ws_col < COLUMNS ? size.ws_col : COLUMNS,
                            r->is_live ? "\033[K\n" : "\n", &table));
    if (r->drawn) {
        snprintf(up, sizeof up, "\r\033[%zuA", r->drawn);
        cli_put_string(up);
    }
    cli_put(table.data, table.len);
    if (r->is_live)
        cli_put_string("\033[J");
    cli_flush();
    r->drawn = count_lines(&table);
    buf_free(&table);
}

static void watch(struct run *r)
{
    r->is_live = isatty(STDOUT_FILENO);
    if (r->is_live)
        catch_signals();
    do {
        draw(r);
        if (r->is_live)
            wait_a_while(r);
    } while (r->is_live && !stopped);
}

int main(int argc, char **argv)
{
    struct run r = {.interval = 1, .refusals = 5, .time = CLI_CLOCK};
    char **dirs = cli_options(&program, argc, argv, &r);
    r.count = cli_count_operands(dirs, 1, -1);
    r.rows = calloc(r.count, sizeof *r.rows);
    cli_memory(!r.rows);
    for (size_t i = 0; i < r.count; i++)
        r.rows[i].dir = dirs[i];
    if (r.is_watching) {
        r.book = cli_book(r.names);
        watch(&r);
    } else {
        print_all(&r);
    }
    for (size_t i = 0; i < r.count; i++)
        node_status_free(&r.rows[i].status);
    free(r.rows);
    cli_exit(r.status);
}
