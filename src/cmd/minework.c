/* minework: does the work of tickets, and prints a block, shares, and receipts. */
#include "base/lookahead.h"
#include "cli/cli.h"
#include "cli/ending.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "cli/terminal.h"
#include "farm/cover.h"
#include "farm/found.h"
#include "farm/parts.h"
#include "farm/unsealed.h"
#include "ledgercli/verdict.h"
#include "work/choice.h"

#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

enum { ROUND_MS = 100, PARTS_MAX = 1 << 30 };

struct run {
    /* Options: */
    int threads;
    int64_t limit; /* milliseconds; -1: none */
    bool watch_tickets, verbose, check;
    int64_t parts; /* 0: do not split */

    struct lookahead in;
    struct buf line; /* scratch space */
    struct cover *cover;
    struct armor armor; /* on stdin */
    int status;

    /* For work: */
    const char *kernel;    /* the kernel reported last (-v) */
    int64_t deadline;      /* in cli_milliseconds */
    int64_t began, paused; /* so that their difference is the time worked */
    struct found found;
    struct mine_watch watch;
    struct cli_rate rate;
    struct cli_ending ending;
};

static const struct cli_option options[] = {
    {'j', "threads", "COUNT", "threads that search (default: all processors)",
     CLI_NUMBER(struct run, threads, 1, CLI_THREADS_MAX)},
    {'t', "seconds", "SECONDS", "give up after this time",
     CLI_SECONDS(struct run, limit, 0, INT32_MAX)},
    {'w', "watch", NULL, "give up a ticket as soon as the next one arrives",
     CLI_FLAG(struct run, watch_tickets)},
    {'v', "verbose", NULL, "say which kernel tries the nonces", CLI_FLAG(struct run, verbose)},
    {'s', "split", "PARTS", "no work: split each ticket into so many parts",
     CLI_NUMBER(struct run, parts, 1, PARTS_MAX)},
    {'c', "check", NULL, "no work: print tickets for what the receipts on stdin do not cover",
     CLI_FLAG(struct run, check)},
    {0},
};

static const struct cli program = {
    .name = "minework",
    .operands = "",
    .about = "Tries the nonces of the tickets on stdin, and prints blocks, shares and receipts.",
    .options = options,
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

/* --- Waiting and ending ----------------------------------------------------------------------- */

/* Notes whether we only wait from now on. A signal that arrived before ends us here. */
static void set_idle(struct run *r, bool idle)
{
    int number = cli_ending_idle(&r->ending, idle);
    if (!number)
        return;
    cli_rate_hide(&r->rate);
    cli_end_by(number);
}

static _Noreturn void give_up(struct run *r)
{
    cli_rate_hide(&r->rate);
    cli_warn("time is up");
    cli_exit(CLI_NO);
}

/* Ends, as a filter whose reader has left would when it writes, even if there is nothing to write.
 */
static void end_without_reader(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (poll(&out, 1, 0) > 0 && out.revents & POLLERR)
        cli_end_by(SIGPIPE);
}

/* Waits until there is something to read, the time is up, or the reader leaves. */
static void wait_for_input(struct run *r)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = STDOUT_FILENO}};
    while (!lookahead_ready(&r->in)) {
        int64_t left = r->deadline - cli_milliseconds();
        if (left <= 0)
            give_up(r);
        if (poll(fds, 2, left > INT32_MAX ? INT32_MAX : (int)left) > 0 && fds[1].revents & POLLERR)
            cli_end_by(SIGPIPE);
    }
}

/* Whether the next line has arrived already, and is a ticket. */
static bool next_is_ticket(struct run *r)
{
    struct ticket t;
    struct fault f;
    const struct line *line = lookahead_peek(&r->in);
    return line && line_form(line, &f) == 0 && ticket_parse(line->text, line->len, &t, &f) == 0;
}

/* --- Work ------------------------------------------------------------------------------------- */

/* If shares are no easier than the block, only the block is printed. */
static void put_shares(struct run *r, const struct ticket *t, const struct unsealed *u,
                       const struct sweep *s)
{
    bool easier = memcmp(t->share, t->block.target, ID_LEN) > 0;
    for (size_t i = 0; easier && i < s->hits_count; i++) {
        cli_memory(unsealed_share(u, t, s->hits[i].nonce, &r->line));
        put_line(r);
    }
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
    found_add(&r->found, u);
}

/* How long the next round may take. Exits if the time is up. */
static int round_ms(struct run *r)
{
    int64_t left = r->deadline - cli_milliseconds();
    if (left <= 0)
        give_up(r);
    return left < ROUND_MS ? (int)left : ROUND_MS;
}

static void work(struct run *r, const struct ticket *t, const struct unsealed *u)
{
    struct sweep s;
    struct fault f;
    bool outdated = false;
    if (sweep_init(&s, u->header.data, u->header.len, t->share, t->block.target, t->first, t->last))
        cli_die("no seal fits this header");
    while (!s.over && !outdated && !atomic_load(&r->watch.stop)) {
        cli_say_kernel(r->verbose, mine_kernel_best()->name, &r->kernel);
        if (sweep_run(&s, r->threads, round_ms(r), &r->watch, &f))
            cli_fail(NULL, &f);
        put_shares(r, t, u, &s);
        cli_rate_show(&r->rate, "minework", t->block.height, atomic_load(&r->watch.attempts),
                      r->began);
        end_without_reader();
        outdated = r->watch_tickets && next_is_ticket(r);
    }
    if (s.ended)
        put_block(r, u, s.hits[s.hits_count - 1].nonce);
    else if (s.over)
        put_receipt(r, t, s.best.nonce);
    sweep_free(&s);
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
    end_without_reader();
    if (!found_has(&r->found, &u))
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

static void split(struct run *r, const struct ticket *t)
{
    uint64_t parts = ticket_parts(t, (uint64_t)r->parts);
    for (uint64_t i = 0; i < parts; i++) {
        struct ticket part = ticket_part(t, i, parts);
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

static void check_line(struct run *r, const struct line *line)
{
    struct fault f;
    if (cover_line(r->cover, line, &f))
        refuse(r, line->number, &f);
}

static void put_uncovered(void *self, const struct ticket *t)
{
    struct run *r = self;
    cli_memory(ticket_format(t, &r->line));
    put_line(r);
}

static void tell_overlap(void *self, uint64_t line, uint64_t first, uint64_t last, uint64_t before)
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
    r->in.in = lines_new(source_fd(STDIN_FILENO), 1, 0);
    terminal_input("tickets");
    cli_memory(!r->in.in);
    while (wait_for_input(r), (got = lookahead_next(&r->in, &line, &f)) > 0)
        take(r, &line);
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(r->in.in);
}

static void work_on_all(struct run *r)
{
    r->began = r->paused = cli_milliseconds();
    cli_ending_begin(&r->ending, &r->watch.stop);
    each_line(r, work_on_line);
    cli_rate_hide(&r->rate);
    if (!r->found.count)
        r->status = CLI_NO;
}

static void check_all(struct run *r)
{
    struct cover_calls calls = {.uncovered = put_uncovered, .overlap = tell_overlap, .self = r};
    cli_memory(!(r->cover = cover_new()));
    each_line(r, check_line);
    cover_end(r->cover, &calls);
    cover_free(r->cover);
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES, .limit = -1};
    struct fault f;
    cli_count_operands(cli_options(&program, argc, argv, &r), 0, 0);
    if (r.check && r.parts)
        cli_misuse("-c checks and -s splits: give one");
    if (mine_kernel_asked(&f))
        cli_die("%s", f.text);
    r.threads = cli_thread_count(r.threads);
    r.deadline = r.limit < 0 ? INT64_MAX : cli_milliseconds() + r.limit;
    if (r.check)
        check_all(&r);
    else if (r.parts)
        each_line(&r, split_line);
    else
        work_on_all(&r);
    buf_free(&r.line);
    cli_exit(r.status);
}
