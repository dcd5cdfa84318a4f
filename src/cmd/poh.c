/* poh: stamps a stream of records with a chain of hashes, or checks one that is stamped. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/ending.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "cli/terminal.h"
#include "ledger/source.h"
#include "ledgercli/verdict.h"
#include "poh/inbox.h"
#include "poh/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EVERY_DEFAULT = 1000000, SLICE = 512 /* steps between two looks at the input */ };

struct run {
    /* Options: */
    const char *seed, *after;
    int64_t every, every_ms, each; /* steps, milliseconds, steps; 0: not given */
    int threads;
    bool check, quiet, verbose;

    struct poh_choice choice;
    struct poh_hash start; /* the seed */
    struct poh_chain chain;
    int64_t ticked;      /* the count of the last tick; -1: none */
    int64_t ticked_when; /* by cli_milliseconds */
    struct buf line;
    bool left_out;      /* a record was */
    struct armor armor; /* on stdin */
    atomic_bool stop;
};

static const struct cli_option options[] = {
    {'s', "seed", "HASH", "begin with this hash (default: 64 zeros); with -c: demand it",
     CLI_TEXT(struct run, seed)},
    {'a', "after", "FILE", "go on after the end of this stamped file", CLI_TEXT(struct run, after)},
    {'n', "count", "COUNT", "at most so many steps between ticks (default: 1000000)",
     CLI_NUMBER(struct run, every, 1, POH_APART_MAX)},
    {'t', "seconds", "SECONDS", "at most so long between ticks (default: 1)",
     CLI_SECONDS(struct run, every_ms, 1, 86400)},
    {'e', "each", "COUNT", "do so many steps after each record, and none while waiting",
     CLI_NUMBER(struct run, each, 1, POH_APART_MAX)},
    {'c', "check", NULL, "check a stamped stream", CLI_FLAG(struct run, check)},
    {'j', "threads", "COUNT", "with -c: threads that check (default: all processors)",
     CLI_NUMBER(struct run, threads, 1, CLI_THREADS_MAX)},
    {'q', "quiet", NULL, "with -c: only the status answers", CLI_FLAG(struct run, quiet)},
    {'v', "verbose", NULL, "say which kernel does the steps", CLI_FLAG(struct run, verbose)},
    {0},
};

static const struct cli program = {
    .name = "poh",
    .operands = "[FILE]",
    .about = "Stamps a stream of records with a chain of hashes, or checks one.",
    .options = options,
};

/* --- Stamping --------------------------------------------------------------------------------- */

/* Prints a tick, unless the chain has not moved since the last one. */
static void put_tick(struct run *r)
{
    if (r->chain.count == r->ticked)
        return;
    r->line.len = 0;
    cli_memory(poh_tick_format(&r->chain, &r->line));
    cli_put(r->line.data, r->line.len);
    r->ticked = r->chain.count;
    r->ticked_when = cli_milliseconds();
}

static void advance(struct run *r, int64_t steps)
{
    if (!poh_chain_fits(&r->chain, steps + 1))
        cli_die("the count ends at 2^63-1");
    poh_run(&r->choice, &r->chain.hash, 1, (uint64_t)steps);
    r->chain.count += steps;
}

/* Reports an item that cannot be stamped. Whether it is one. */
static bool leave_out(struct run *r, const struct item *item)
{
    if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
        return true;
    if (item->broken)
        cli_report("stdin", item->fault.line, item->fault.text);
    else if (poh_is_tick(item->text, item->size - 1))
        cli_report("stdin", item->line,
                   "tick: already stamped: 'poh -c' checks it, 'grep -v' removes it");
    else
        return false;
    return true;
}

/* Mixes in the record, which is printed after a tick that says what it is mixed with. */
static void stamp(struct run *r, const struct item *item)
{
    if (leave_out(r, item)) {
        r->left_out = true;
        return;
    }
    advance(r, 0);
    poh_mix(&r->chain, item->id);
    cli_put(item->text, item->size);
    if (r->each) {
        advance(r, r->each);
        put_tick(r);
    }
}

static void stamp_batch(struct run *r, const struct batch *b)
{
    put_tick(r);
    for (size_t i = 0; i < b->count; i++)
        stamp(r, &b->items[i]);
    cli_flush();
}

/* The same lines for the same records. */
static void stamp_each(struct run *r, struct poh_inbox *in)
{
    const struct batch *b;
    put_tick(r);
    cli_flush();
    while ((b = poh_inbox_wait(in)))
        stamp_batch(r, b);
}

/* Does steps all the time, until the input ends or a signal asks. */
static void stamp_live(struct run *r, struct poh_inbox *in)
{
    bool ended = false;
    while (!ended && !atomic_load_explicit(&r->stop, memory_order_relaxed)) {
        const struct batch *b = poh_inbox_look(in, &ended);
        int64_t left = r->every - (r->chain.count - r->ticked);
        if (b)
            stamp_batch(r, b);
        else if (r->ticked < 0 || left <= 0 || cli_milliseconds() - r->ticked_when >= r->every_ms) {
            put_tick(r);
            cli_flush();
        } else
            advance(r, left < SLICE ? left : SLICE);
    }
    put_tick(r);
    cli_flush();
}

static void begin_chain(struct run *r)
{
    struct fault f = {0};
    struct poh_stamped before = {.chain = {.hash = r->start}};
    if (r->after && poh_stamped_file(&before, r->after, &f)) {
        if (f.kind == FAULT_RULE)
            cli_report(r->after, f.line, f.text);
        else
            cli_warn("%s: %s", r->after, f.text);
        cli_die("%s: cannot go on after it", r->after);
    }
    r->chain = before.chain;
    r->ticked = -1;
}

static _Noreturn void stamp_all(struct run *r)
{
    struct fault f = {0};
    struct cli_ending ending;
    begin_chain(r);
    cli_ending_begin(&ending, &r->stop);
    terminal_input("records");
    struct poh_inbox *in = poh_inbox_new(source_fd(STDIN_FILENO), &f);
    if (!in)
        cli_fail(NULL, &f);
    if (!r->each)
        cli_ending_idle(&ending, false);
    if (r->each)
        stamp_each(r, in);
    else
        stamp_live(r, in);
    int asked = cli_ending_idle(&ending, true);
    if (asked)
        cli_end_by(asked);
    if (poh_inbox_end(in, &f))
        cli_fail("stdin", &f);
    poh_inbox_free(in);
    buf_free(&r->line);
    cli_exit(r->left_out ? CLI_NO : CLI_YES);
}

/* --- Checking --------------------------------------------------------------------------------- */

/* How long the stamped time was, if it was made as fast as this machine can. */
static void tell_time(const struct run *r, const struct poh_stamped *s)
{
    double rate = poh_rate(&r->choice);
    int64_t hashes = s->chain.count - s->first;
    if (r->quiet)
        return;
    cli_put_format("stamped %.3f s: %" PRId64 " hashes, %" PRId64 " ticks, %" PRId64
                   " records (%.0f hashes a second here)\n",
                   (double)hashes / rate, hashes, s->ticks, s->records, rate);
}

static _Noreturn void wrong_line(const char *name, uint64_t line, const char *why)
{
    cli_report(name, line, why);
    cli_exit(CLI_NO);
}

static _Noreturn void wrong_steps(const char *name, uint64_t line, int64_t steps)
{
    char text[128];
    snprintf(text, sizeof text, "tick: not the hash that %" PRId64 " steps give", steps);
    wrong_line(name, line, text);
}

static void begin_reading(struct run *r, struct poh_reading *x, const char *path, const char *name)
{
    struct fault f;
    struct source src;
    if (source_open(path, &src, &f))
        cli_fail(name, &f);
    if (strcmp(path, "-") == 0)
        terminal_input("a stamped stream");
    x->in = poh_stream_new(src);
    cli_memory(!x->in);
    x->checker = poh_checker_new(&r->choice, cli_thread_count(r->threads), &f);
    if (!x->checker)
        cli_fail(NULL, &f);
    x->stamped.seed = r->seed ? &r->start : NULL;
}

static _Noreturn void check_all(struct run *r, const char *path)
{
    struct poh_reading x = {.got = 0};
    struct fault f;
    const char *name = strcmp(path, "-") ? path : "stdin";
    int64_t steps;
    begin_reading(r, &x, path, name);
    if (poh_reading_begin(&x, &f))
        cli_fail(NULL, &f);
    uint64_t line = poh_checker_wait(x.checker, &steps);
    if (line) {
        poh_reading_leave(&x);
        wrong_steps(name, line, steps);
    }
    bool failed = poh_reading_end(&x) < 0;
    if (failed && x.fault.kind != FAULT_RULE)
        cli_fail(name, &x.fault);
    if (failed)
        wrong_line(name, x.fault.line, x.fault.text);
    tell_time(r, &x.stamped);
    poh_checker_free(x.checker);
    stream_free(x.in);
    cli_exit(CLI_YES);
}

/* ---------------------------------------------------------------------------------------------- */

static void check_options(struct run *r)
{
    uint8_t seed[SHA256_LEN] = {0};
    if (r->seed && (strlen(r->seed) != 2 * sizeof seed || hex_decode(seed, r->seed, sizeof seed)))
        cli_die("-s: '%.80s' is not a hash of 64 lowercase hex digits", r->seed);
    r->start = poh_hash_of(seed);
    if (r->check && (r->after || r->every || r->every_ms || r->each))
        cli_misuse("-a, -n, -t and -e stamp: not with -c");
    if (!r->check && (r->threads || r->quiet))
        cli_misuse("-j and -q go with -c");
    if (r->each && (r->every || r->every_ms))
        cli_misuse("-e sets where the ticks are: not with -n or -t");
    if (r->after && r->seed)
        cli_misuse("-a goes on with a chain that has begun: not with -s");
    r->every = r->every ? r->every : EVERY_DEFAULT;
    r->every_ms = r->every_ms ? r->every_ms : 1000;
}

int main(int argc, char **argv)
{
    struct run r = {.every = 0};
    struct fault f;
    const char *told = NULL;
    char **operands = cli_options(&program, argc, argv, &r);
    size_t count = cli_count_operands(operands, 0, r.check ? 1 : 0);
    check_options(&r);
    if (poh_choose(&r.choice, &f))
        cli_die("%s", f.text);
    cli_say_kernel(r.verbose, r.choice.kernels[r.check ? POH_LANES_MAX : 1]->name, &told);
    if (r.check)
        check_all(&r, count ? operands[0] : "-");
    stamp_all(&r);
}
