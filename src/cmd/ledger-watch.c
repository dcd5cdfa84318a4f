/* ledger-watch: reports reorganisations, the double spends that they made possible, members who
 * have signed what no honest one signs, and checkpoints that contradict each other, with the signed
 * lines that prove it. */
#include "base/file.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "judge/member_line.h"
#include "ledgercli/followed.h"
#include "record/key.h"
#include "stream/feed.h"
#include "watch/conflicts.h"
#include "watch/event.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INTERVAL_MAX = 86400, CHECKPOINTS_MAX = 1 << 16, SIGNED_MAX = 1 << 17 };

/* A file of checkpoints, or of what members sign. */
struct listed {
    const char *path;
    struct stat then;
};

struct run {
    bool once, from_stdin, found;
    int64_t depth, interval;
    int threads;
    struct followed *ledgers;
    struct listed *files;
    size_t ledgers_count, files_count;
    struct cli_list checkpoints;
    struct sigpool *pool;
    struct conflicts *conflicts; /* the keys named by the files' key lines */
    struct culprits *culprits;   /* of all ledgers and files */
    int64_t looked;              /* by cli_milliseconds */
};

static const struct cli_option options[] = {
    {'1', "once", NULL, "check everything in the ledgers once, and end",
     CLI_FLAG(struct run, once)},
    {'d', "depth", "COUNT", "report reorganisations that undo more blocks (default: 0)",
     CLI_NUMBER(struct run, depth, 0, INT64_MAX)},
    {'C', "checkpoints", "FILE",
     "checkpoints, votes, attests to compare; -: stdin. May be given several times",
     CLI_LIST(struct run, checkpoints)},
    {'i', "interval", "SECONDS", "between checks (default: 1)",
     CLI_NUMBER(struct run, interval, 1, INTERVAL_MAX)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {0},
};

static const struct cli program = {
    .name = "ledger-watch",
    .operands = "[LEDGER]...",
    .about = "Reports reorganisations, double spends, and who signed what contradicts itself.",
    .options = options,
};

/* Reports an event in one write, so that it is never cut. */
static void tell(void *self, const char *lines, size_t n)
{
    struct run *r = self;
    cli_put(lines, n);
    r->found = true;
}

/* --- Checkpoints ------------------------------------------------------------------------------ */

static void take_key(struct run *r, const struct item *item)
{
    struct key k;
    struct fault f;
    if (item->type == &key_type && key_parse(item->text, item->size - 1, &k, &f) == 0)
        cli_memory(conflicts_know(r->conflicts, k.account.id));
}

static void take_checkpoint(struct run *r, const struct item *item)
{
    struct fault never;
    struct field earlier;
    struct checkpoint c;
    struct buf event = {0};
    checkpoint_parse(item->text, item->size - 1, &c, &never);
    int got = conflicts_add(r->conflicts, &c, &earlier);
    cli_memory(got < 0);
    if (got == 0)
        return;
    cli_memory(event_conflict(&event, &c, &earlier));
    tell(r, event.data, event.len);
    buf_free(&event);
}

static int tell_evidence(void *self, const uint8_t chain[ID_LEN], const struct evidence *one,
                         const struct evidence *other, struct fault *f)
{
    struct buf event = {0};
    (void)f;
    cli_memory(event_evidence(&event, chain, one, other));
    tell(self, event.data, event.len);
    buf_free(&event);
    return 0;
}

/* A line that a member may have signed, by itself. */
static void take_signed(struct run *r, const char *name, const struct item *item)
{
    struct fault f;
    struct field line = {item->text, item->size - 1};
    if (witness_line(r->culprits, item->signed_line.chain, line, false, tell_evidence, r, &f))
        cli_fail(name, &f);
}

/* Reads a stream: its keys, or its checkpoints and what members have signed. */
static void take_stream(struct run *r, struct source src, const char *name, bool keys)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    int got;
    struct stream *s = stream_new(src, 1, 0);
    cli_memory(!s);
    feed_init(&feed, s, keys ? NULL : r->pool);
    while ((got = feed_next(&feed, &b, &f)) > 0) {
        for (size_t i = 0; i < b->count; i++) {
            const struct item *item = &b->items[i];
            if (item->broken && !keys)
                cli_report(name, item->fault.line, item->fault.text);
            else if (!item->broken && keys)
                take_key(r, item);
            else if (item->type == &checkpoint_type && !keys)
                take_checkpoint(r, item);
            else if (is_member_line(item) && !keys)
                take_signed(r, name, item);
        }
        cli_flush();
    }
    if (got < 0)
        cli_fail(name, &f);
    feed_free(&feed);
}

static void read_file(struct run *r, const struct listed *file, const struct stat *now, bool keys)
{
    struct fault f;
    int fd = file_open(file->path, O_RDONLY, 0);
    if (fd < 0 || !S_ISREG(now->st_mode)) {
        if (fd < 0)
            fault_errno(&f, "cannot open");
        else
            fault_trouble(&f, "not a regular file (`-C -` reads a pipe on stdin)");
        cli_fail(file->path, &f);
    }
    take_stream(r, source_fd(fd), file->path, keys);
    close(fd);
}

/* Reads the files that have changed; all keys first, since they may be in any file. */
static void read_files(struct run *r)
{
    for (int keys = 1; keys >= 0; keys--)
        for (size_t i = 0; i < r->files_count; i++) {
            struct stat now = {0};
            bool is_there = stat(r->files[i].path, &now) == 0, was = r->files[i].then.st_nlink > 0;
            if (was && (!is_there || file_unchanged(&r->files[i].then, &now)))
                continue; /* a missing file may come back in a moment */
            read_file(r, &r->files[i], &now, keys);
            if (!keys)
                r->files[i].then = now;
        }
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static void look(struct run *r)
{
    r->looked = cli_milliseconds();
    read_files(r);
    for (size_t i = 0; i < r->ledgers_count; i++)
        followed_look(&r->ledgers[i], r->once);
    cli_flush();
}

/* Waits for fd (-1: for nothing), and checks everything at intervals meanwhile. */
static void wait_for(struct run *r, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (;;) {
        int ready = poll(&p, 1, (int)r->interval * 1000);
        if (ready <= 0 || cli_milliseconds() - r->looked >= 1000 * r->interval)
            look(r);
        if (ready > 0)
            return;
    }
}

static ptrdiff_t read_stdin(void *self, void *out, size_t n)
{
    struct run *r = self;
    if (!r->once)
        wait_for(r, STDIN_FILENO);
    for (;;) {
        ssize_t got = read(STDIN_FILENO, out, n);
        if (got >= 0 || errno != EINTR)
            return got;
    }
}

static bool is_stdin_ready(void *self)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    (void)self;
    return poll(&p, 1, 0) != 0;
}

/* A signal is a normal end for a program that follows. Everything found has been printed already.
 */
static void end_at_once(int signal)
{
    (void)signal;
    _exit(CLI_YES);
}

static void watch(struct run *r)
{
    struct source src = {.read = read_stdin, .ready = is_stdin_ready, .self = r};
    const sigset_t ending = signals_that_end();
    if (!r->once)
        signals_handle(&ending, end_at_once);
    look(r);
    if (r->from_stdin)
        take_stream(r, src, "stdin", false);
    while (!r->once && (r->ledgers_count || r->files_count))
        wait_for(r, -1);
}

/* --- Options ---------------------------------------------------------------------------------- */

static void add_files(struct run *r)
{
    const struct cli_list *list = &r->checkpoints;
    r->files = calloc(list->count + 1, sizeof *r->files);
    cli_memory(!r->files);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], "-") == 0)
            r->from_stdin = true;
        else
            r->files[r->files_count++].path = list->items[i];
}

static void add_ledgers(struct run *r, char **paths, size_t count)
{
    const char *path = cli_ledger(NULL);
    bool by_default = count == 0 && !r->files_count && !r->from_stdin;
    r->ledgers_count = by_default ? 1 : count;
    r->ledgers = calloc(r->ledgers_count + 1, sizeof *r->ledgers);
    cli_memory(!r->ledgers);
    for (size_t i = 0; i < r->ledgers_count; i++)
        followed_begin(&r->ledgers[i], by_default ? path : paths[i], r->depth, r->culprits, tell,
                       r);
}

static void free_all(struct run *r)
{
    for (size_t i = 0; i < r->ledgers_count; i++)
        followed_end(&r->ledgers[i]);
    free(r->ledgers);
    free(r->files);
    cli_list_free(&r->checkpoints);
    conflicts_free(r->conflicts);
    culprits_free(r->culprits);
    sigpool_free(r->pool);
}

int main(int argc, char **argv)
{
    struct run r = {.interval = 1};
    char **operands = cli_options(&program, argc, argv, &r);
    r.culprits = culprits_new(SIGNED_MAX);
    cli_memory(!r.culprits);
    add_files(&r);
    add_ledgers(&r, operands, cli_count_operands(operands, 0, -1));
    r.pool = sigpool_new(cli_thread_count(r.threads));
    r.conflicts = conflicts_new(CHECKPOINTS_MAX);
    cli_memory(!r.pool || !r.conflicts);
    watch(&r);
    free_all(&r);
    cli_exit(r.found ? CLI_NO : CLI_YES);
}
