/* minework: does the work of tickets, and prints a block, shares, and receipts. */
#include "cli/cli.h"
#include "cli/rate.h"
#include "cli/terminal.h"
#include "crypto/sha256.h"
#include "farm/cover.h"
#include "farm/unsealed.h"
#include "ledgercli/verdict.h"
#include "work/choice.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_MS = 100, SHOW_MS = 500, LAST_WORDS_MS = 40, PARTS_MAX = 1 << 30, DONE_MAX = 64 };

static const struct cli_option options[] = {
    {'j', "threads", "COUNT", "threads that search (default: all processors)"},
    {'t', "seconds", "SECONDS", "give up after this time"},
    {'w', "watch", NULL, "give up a ticket as soon as the next one arrives"},
    {'v', "verbose", NULL, "say which kernel tries the nonces"},
    {'s', "split", "PARTS", "no work: split each ticket into so many parts"},
    {'c', "check", NULL, "no work: print tickets for what the receipts on stdin do not cover"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "minework",
    .operands = "",
    .about = "Tries the nonces of the tickets on stdin, and prints blocks, shares and receipts.",
    .options = options,
};

struct run {
    struct lines *in;
    bool looked_ahead; /* the next line was read in advance: */
    int ahead_got;     /* what lines_next returned */
    struct line ahead;
    struct fault ahead_fault;
    struct buf line; /* scratch space */
    int64_t parts;
    struct cover *cover;
    struct armor armor; /* on stdin */
    int status;

    /* For work: */
    int threads;
    bool watch_tickets, verbose;
    const char *kernel;             /* the kernel reported last (-v) */
    int64_t deadline, shown;        /* cli_milliseconds(); 0: no limit, never */
    int64_t began, paused;          /* so that their difference is the time worked */
    uint8_t done[DONE_MAX][ID_LEN]; /* hashes of the headers of the last blocks found: a ring */
    size_t done_count;

    /* Shared with the thread that waits for signals: */
    struct mine_watch watch;
    pthread_mutex_t lock;
    bool idle;       /* nothing needs to be finished before the end */
    int signal;      /* the one that asks us to end */
    sigset_t asking; /* signals that end us */
};

static void refuse(struct run *r, uint64_t line, const struct fault *f)
{
    if (f->kind != FAULT_RULE)
        cli_fail(NULL, f);
    cli_report("stdin", line, f->text);
    r->status = CLI_NO;
}

/* Prints the line in r->line with a single write, so that several programs may write to one pipe.
 */
static void put_line(struct run *r)
{
    cli_memory(buf_add_string(&r->line, "\n"));
    cli_put(r->line.data, r->line.len);
    cli_flush();
    r->line.len = 0;
}

/* --- Ending in order -------------------------------------------------------------------------- */

static _Noreturn void end_by(int signal_number)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal_number);
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    raise(signal_number);
    _exit(CLI_TROUBLE);
}

/* Waits for a signal. If we only wait for input, it ends us at once. Otherwise the search stops,
 * and its results are printed first, unless that takes too long: nobody may be reading, and a line
 * is written whole or not at all. */
static void *wait_for_signal(void *self)
{
    struct run *r = self;
    int got;
    while (sigwait(&r->asking, &got))
        ;
    pthread_mutex_lock(&r->lock);
    r->signal = got;
    atomic_store(&r->watch.stop, true);
    if (r->idle)
        end_by(got);
    pthread_mutex_unlock(&r->lock);
    nanosleep(&(struct timespec){.tv_nsec = LAST_WORDS_MS * 1000000L}, NULL);
    end_by(got);
}

/* Notes whether we only wait from now on. A signal that arrived before ends us here. */
static void set_idle(struct run *r, bool idle)
{
    pthread_mutex_lock(&r->lock);
    r->idle = idle;
    int signal_number = r->signal;
    pthread_mutex_unlock(&r->lock);
    if (signal_number) {
        if (r->shown)
            cli_hide_rate();
        end_by(signal_number);
    }
}

/* Leaves signals to their thread, except those that were ignored when we started. */
static void watch_signals(struct run *r)
{
    const int all[] = {SIGTERM, SIGINT, SIGHUP};
    pthread_t thread;
    sigemptyset(&r->asking);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct sigaction now;
        if (sigaction(all[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&r->asking, all[i]);
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_sigmask(SIG_BLOCK, &r->asking, NULL);
    if (pthread_create(&thread, NULL, wait_for_signal, r))
        cli_die("cannot start a thread: %s", strerror(errno));
    pthread_detach(thread);
}

static _Noreturn void give_up(struct run *r)
{
    if (r->shown)
        cli_hide_rate();
    cli_warn("time is up");
    cli_exit(CLI_NO);
}

/* Ends as a filter does whose reader has left, even if there is nothing to write. */
static void look_after_reader(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (poll(&out, 1, 0) > 0 && out.revents & POLLERR)
        end_by(SIGPIPE);
}

/* Waits until there is something to read, the time is up, or the reader leaves. */
static void wait_for_input(struct run *r)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = STDOUT_FILENO}};
    while (!lines_ready(r->in)) {
        int64_t left = r->deadline ? r->deadline - cli_milliseconds() : INT64_MAX;
        if (left <= 0)
            give_up(r);
        int timeout = !r->deadline ? -1 : left > INT32_MAX ? INT32_MAX : (int)left;
        if (poll(fds, 2, timeout) > 0 && fds[1].revents & POLLERR)
            end_by(SIGPIPE);
    }
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* As lines_next, but gives the line read in advance if there is one. */
static int next_line(struct run *r, struct line *line, struct fault *f)
{
    if (!r->looked_ahead) {
        wait_for_input(r);
        return lines_next(r->in, line, f);
    }
    r->looked_ahead = false;
    *line = r->ahead;
    *f = r->ahead_fault;
    return r->ahead_got;
}

/* Whether the next line has arrived already, and is a ticket. */
static bool next_is_ticket(struct run *r)
{
    struct ticket t;
    struct fault f;
    if (r->looked_ahead || !lines_ready(r->in))
        return false;
    r->ahead_got = lines_next(r->in, &r->ahead, &r->ahead_fault);
    r->looked_ahead = true;
    return r->ahead_got > 0 && line_form(&r->ahead, &f) == 0 &&
           ticket_parse(r->ahead.text, r->ahead.len, &t, &f) == 0;
}

/* --- Work ------------------------------------------------------------------------------------- */

static void put_share(struct run *r, const struct ticket *t, const struct unsealed *u,
                      uint64_t nonce)
{
    struct share s = {.block = t->block};
    char seal[SEAL_DIGITS];
    mine_seal(u->seal_len, nonce, seal);
    s.block.seal = (struct field){seal, u->seal_len};
    memcpy(s.share, t->share, ID_LEN);
    memcpy(s.worker, t->worker, ID_LEN);
    cli_memory(share_format(&s, &r->line));
    put_line(r);
}

/* If shares are no easier than the block, only the block is printed. */
static void put_shares(struct run *r, const struct ticket *t, const struct unsealed *u,
                       const struct sweep *s)
{
    bool easier = memcmp(t->share, t->block.target, ID_LEN) > 0;
    for (size_t i = 0; easier && i < s->hits_count; i++)
        put_share(r, t, u, s->hits[i].nonce);
}

static void put_receipt(struct run *r, const struct ticket *t, uint64_t best)
{
    struct receipt receipt = {.ticket = *t, .best = best};
    cli_memory(receipt_format(&receipt, &r->line));
    put_line(r);
}

static void put_block(struct run *r, const struct unsealed *u, uint64_t nonce)
{
    cli_memory(unsealed_seal(u, nonce, &r->line));
    put_line(r);
    sha256(u->header.data, u->header.len, r->done[r->done_count++ % DONE_MAX]);
}

static void show(struct run *r, const struct ticket *t)
{
    char what[64];
    int64_t now = cli_milliseconds();
    if (now - (r->shown ? r->shown : r->began) < SHOW_MS || !isatty(STDERR_FILENO))
        return;
    snprintf(what, sizeof what, "minework: height %" PRId64, t->block.height);
    cli_show_rate(what, atomic_load(&r->watch.attempts), r->began);
    r->shown = now;
}

/* How long the next round may take. Exits if the time is up. */
static int round_ms(struct run *r)
{
    int64_t left = r->deadline ? r->deadline - cli_milliseconds() : ROUND_MS;
    if (left <= 0)
        give_up(r);
    return left < ROUND_MS ? (int)left : ROUND_MS;
}

static void say_kernel(struct run *r)
{
    if (r->verbose)
        cli_say_kernel(mine_kernel_best()->name, &r->kernel);
}

static void work(struct run *r, const struct ticket *t, const struct unsealed *u)
{
    struct sweep s;
    struct fault f;
    bool outdated = false;
    if (sweep_init(&s, u->header.data, u->header.len, t->share, t->block.target, t->first, t->last))
        cli_die("no seal fits this header");
    while (!s.over && !outdated && !atomic_load(&r->watch.stop)) {
        say_kernel(r);
        if (sweep_run(&s, r->threads, round_ms(r), &r->watch, &f))
            cli_fail(NULL, &f);
        put_shares(r, t, u, &s);
        show(r, t);
        look_after_reader();
        outdated = r->watch_tickets && next_is_ticket(r);
    }
    if (s.ended)
        put_block(r, u, s.hits[s.hits_count - 1].nonce);
    else if (s.over)
        put_receipt(r, t, s.best.nonce);
    sweep_free(&s);
}

static bool is_done(const struct run *r, const struct unsealed *u)
{
    uint8_t hash[ID_LEN];
    sha256(u->header.data, u->header.len, hash);
    for (size_t i = 0; i < r->done_count && i < DONE_MAX; i++)
        if (memcmp(hash, r->done[i], ID_LEN) == 0)
            return true;
    return false;
}

/* A block ends the work for all tickets with its header: another would be its sibling. */
static void work_on(struct run *r, const struct ticket *t)
{
    struct unsealed u;
    struct fault f;
    if (unsealed_init(&u, &t->block, &f))
        cli_fail(NULL, &f);
    set_idle(r, false);
    r->began += cli_milliseconds() - r->paused;
    look_after_reader();
    if (!is_done(r, &u))
        work(r, t, &u);
    r->paused = cli_milliseconds();
    set_idle(r, true);
    unsealed_free(&u);
}

static void work_on_line(struct run *r, const struct line *line)
{
    struct ticket t;
    struct fault f;
    if (line_form(line, &f) ||
        (line_is(line->text, line->len, "ticket") && ticket_parse(line->text, line->len, &t, &f))) {
        refuse(r, line->number, &f);
    } else if (line_is(line->text, line->len, "ticket")) {
        work_on(r, &t);
    } else if (cli_armored(&r->armor, "stdin", line->number, line->text, line->len)) {
        r->status = CLI_NO;
    } else {
        cli_memory(buf_add(&r->line, line->text, line->len));
        put_line(r);
    }
}

/* --- Splitting -------------------------------------------------------------------------------- */

/* Splits a ticket's range into parts that differ by at most one nonce; into fewer if it has fewer
 * nonces. */
static void split(struct run *r, const struct ticket *t)
{
    unsigned __int128 count = (unsigned __int128)(t->last - t->first) + 1,
                      parts = (unsigned __int128)r->parts;
    struct ticket part = *t;
    if (parts > count)
        parts = count;
    for (unsigned __int128 i = 0; i < parts; i++) {
        part.first = t->first + (uint64_t)(count * i / parts);
        part.last = t->first + (uint64_t)(count * (i + 1) / parts - 1);
        cli_memory(ticket_format(&part, &r->line));
        put_line(r);
    }
}

static void split_line(struct run *r, const struct line *line)
{
    struct ticket t;
    struct fault f;
    if (line_form(line, &f) || ticket_parse(line->text, line->len, &t, &f))
        refuse(r, line->number, &f);
    else
        split(r, &t);
}

/* --- Checking --------------------------------------------------------------------------------- */

static int check_ticket(struct run *r, const struct line *line, struct fault *f)
{
    struct ticket t;
    return ticket_parse(line->text, line->len, &t, f) ? -1
                                                      : cover_ticket(r->cover, &t, line->number, f);
}

static int check_receipt(struct run *r, const struct line *line, struct fault *f)
{
    struct receipt receipt;
    struct unsealed u = {0};
    uint8_t id[ID_LEN];
    int result = -1;
    if (receipt_parse(line->text, line->len, &receipt, f) == 0 &&
        unsealed_init(&u, &receipt.ticket.block, f) == 0 &&
        unsealed_check(&u, &receipt, id, f) == 0)
        result = cover_receipt(r->cover, &receipt, line->number, f);
    unsealed_free(&u);
    return result;
}

static int check_sealed(const char *what, const struct field *header, const uint8_t most[ID_LEN],
                        struct fault *f)
{
    uint8_t id[ID_LEN];
    sha256(header->text, header->len, id);
    return target_met(id, most) ? 0 : fault_rule(f, "%s: its id is over its target", what);
}

static int check_share(const struct line *line, struct fault *f)
{
    struct share s;
    return share_parse(line->text, line->len, &s, f) ? -1
                                                     : check_sealed("share", &s.header, s.share, f);
}

static int check_block(struct run *r, const struct line *line, struct fault *f)
{
    struct block b;
    struct field header = {line->text, line->len};
    if (block_parse(line->text, line->len, &b, f) || check_sealed("block", &header, b.target, f))
        return -1;
    return cover_block(r->cover, &b, f);
}

static void check_line(struct run *r, const struct line *line)
{
    struct fault f = {0};
    int result = line_form(line, &f);
    if (!result && line_is(line->text, line->len, "ticket"))
        result = check_ticket(r, line, &f);
    else if (!result && line_is(line->text, line->len, "exhausted"))
        result = check_receipt(r, line, &f);
    else if (!result && line_is(line->text, line->len, "share"))
        result = check_share(line, &f);
    else if (!result && line_is(line->text, line->len, "block"))
        result = check_block(r, line, &f);
    if (result)
        refuse(r, line->number, &f);
}

static void put_rest(void *self, const struct ticket *t)
{
    struct run *r = self;
    cli_memory(ticket_format(t, &r->line));
    put_line(r);
}

static void tell_twice(void *self, uint64_t line, uint64_t first, uint64_t last, uint64_t before)
{
    struct run *r = self;
    struct fault f;
    fault_rule(&f, "exhausted: %016" PRIx64 " to %016" PRIx64 " was covered by line %" PRIu64,
               first, last, before);
    refuse(r, line, &f);
}

/* ---------------------------------------------------------------------------------------------- */

static void each_line(struct run *r, void (*take)(struct run *r, const struct line *line))
{
    struct line line;
    struct fault f;
    int got;
    r->in = lines_new(source_fd(STDIN_FILENO), 1, 0);
    terminal_input("tickets");
    cli_memory(!r->in);
    while ((got = next_line(r, &line, &f)) > 0)
        take(r, &line);
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(r->in);
}

static void work_on_all(struct run *r)
{
    r->began = r->paused = cli_milliseconds();
    r->idle = true;
    watch_signals(r);
    each_line(r, work_on_line);
    if (r->shown)
        cli_hide_rate();
    if (!r->done_count)
        r->status = CLI_NO;
}

static void check_all(struct run *r)
{
    struct cover_calls calls = {.rest = put_rest, .twice = tell_twice, .self = r};
    cli_memory(!(r->cover = cover_new()));
    each_line(r, check_line);
    cover_end(r->cover, &calls);
    cover_free(r->cover);
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES};
    struct fault f;
    const char *threads = NULL;
    bool check = false;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        check |= c == 'c';
        r.watch_tickets |= c == 'w';
        r.verbose |= c == 'v';
        if (c == 'j')
            threads = optarg;
        if (c == 't')
            r.deadline = cli_milliseconds() + cli_number("-t", optarg, 0, INT32_MAX) * 1000;
        if (c == 's')
            r.parts = cli_number("-s", optarg, 1, PARTS_MAX);
    }
    cli_operands(argc, argv, 0, 0);
    if (check && r.parts)
        cli_misuse("-c checks and -s splits: give one");
    if (mine_kernel_asked(&f))
        cli_die("%s", f.text);
    r.threads = cli_threads(threads);
    if (check)
        check_all(&r);
    else if (r.parts)
        each_line(&r, split_line);
    else
        work_on_all(&r);
    buf_free(&r.line);
    cli_exit(r.status);
}
