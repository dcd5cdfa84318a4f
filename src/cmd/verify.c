/* verify: a filter that passes on valid records, and names the place and the rule of every invalid
 * one. */
#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "judge/judge.h"
#include "ledger/sigcache.h"
#include "ledger/source.h"
#include "ledgercli/checkpoints.h"
#include "ledgercli/headers.h"
#include "ledgercli/ledger.h"
#include "ledgercli/rivals.h"
#include "ledgercli/script.h"
#include "ledgercli/verdict.h"
#include "stream/feed.h"

#include <inttypes.h>
#include <string.h>

struct run {
    const char *ledger, *evidence;
    int64_t within; /* -w; -1: what the chain says */
    int threads;
    int64_t clock; /* -T */
    bool quiet, verbose, bad, unsure, headers, unchecked;
    struct cli_budget budget; /* of reports on stderr */
    struct sigpool *pool;     /* NULL: signatures are not checked */
    struct ledger *against;
    struct sigcache *sigcache; /* a cache of valid signatures, beside that ledger; or NULL */
    struct cli_checkpoints checkpoints;
    bool plain; /* the file contains the records and nothing else */
    bool marks; /* say what is dropped in its place on stdout */
    struct buf mark;
    struct script script; /* unless it is wanted, verdicts are reported, not explained */
};

static void take_explain(const struct cli_option *o, const char *text, void *to)
{
    struct run *r = to;
    (void)o, (void)text;
    script_ask(&r->script);
}

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "judge blocks and transactions against this ledger",
     CLI_TEXT(struct run, ledger)},
    {'H', "headers", NULL, "check blocks without bodies (except genesis), as a light client does",
     CLI_FLAG(struct run, headers)},
    {'C', "checkpoints", "FILE", "check blocks against the checkpoints of the keys in FILE",
     CLI_TEXT(struct run, checkpoints.path)},
    {'n', "needed", "COUNT", "keys that must agree on a checkpoint (default: 1)",
     CLI_NUMBER(struct run, checkpoints.needed, 1, CHECKPOINTS_KEYS_MAX)},
    {'w', "within", "SECONDS", "with -H: how long a header with votes is trusted",
     CLI_NUMBER(struct run, within, 1, INT64_MAX)},
    {'E', "evidence", "FILE", "with -H: append the votes of those who voted twice to FILE",
     CLI_TEXT(struct run, evidence)},
    {'x', "explain", NULL, "print a shell script that repeats every check", CLI_CALL(take_explain)},
    {'q', "quiet", NULL, "only judge: pass nothing on", CLI_FLAG(struct run, quiet)},
    {'v', "verbose", NULL, "also name blocks refused only because their parent was",
     CLI_FLAG(struct run, verbose)},
    {'u', "unchecked", NULL, "read gossip-listen, which has checked the signatures",
     CLI_FLAG(struct run, unchecked)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {CLI_OPTION_CLOCK(struct run, clock)},
    {0},
};

static const struct cli program = {
    .name = "verify",
    .operands = "[FILE]...",
    .about = "Passes on valid records; names the place and the broken rule of every other.",
    .options = options,
};

/* The last line about a ledger that was refused. */
static void tell_good(const struct run *r, const struct judge *j, const char *name)
{
    const struct judge_sum g = judge_sum(j);
    if (!g.any_invalid || !judge_rules(j))
        return;
    cli_warn("%s: good up to line %" PRIu64 ", block %" PRId64 " %s: `head -c %" PRIu64
             "%s%s` is that",
             name, g.lines, g.height, hex32(g.id).text, g.bytes, r->plain ? " " : "",
             r->plain ? file_word(name, "FILE") : "");
}

/* Reports an invalid item. */
static void drop(struct run *r, struct judge *j, const struct item *item, const struct fault *why,
                 const char *name)
{
    bool named = r->verbose || !judge_follows(j);
    if (named && cli_budget_allows(&r->budget, name))
        cli_report_item(name, item, why, r->pool);
    r->bad = true;
    if (!r->marks || strcmp(why->text, ARMOR_RULE) == 0)
        return;
    r->mark.len = 0;
    cli_mark(&r->mark, item, why);
    cli_put(r->mark.data, r->mark.len);
}

static void take_batch(struct run *r, struct judge *j, const struct batch *b, const char *name)
{
    struct fault f;
    judge_next_batch(j);
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        int holds = judge_item(j, item, cli_time_now(r->clock), &f);
        if (holds < 0)
            cli_fail(name, &f);
        if (r->script.wanted) {
            script_item(&r->script, item, holds, &f);
            continue;
        }
        if (holds && !r->quiet)
            cli_put(item->text, item->size);
        if (!holds)
            drop(r, j, item, &f, name);
    }
    cli_flush();
}

/* What is known only at the end, for example that a checkpoint's block is off the best chain. */
static void tell_last(struct run *r, int found, const char *name, const struct fault *f)
{
    if (!found)
        return;
    if (f->kind != FAULT_RULE)
        cli_fail(name, f);
    cli_report(name, f->line, f->text);
    r->bad = true;
}

static void check_best(struct run *r, struct judge *j, const char *name)
{
    struct fault f = {0};
    struct guard *g = cli_guard(&r->checkpoints);
    if (g && judge_rules(j))
        tell_last(r, guard_above(g->set, judge_tree(j), &f), name, &f);
}

/* Whether there was anything to check. */
static void check_any(struct run *r, const struct judge *j, const char *name)
{
    const char *nothing = judge_nothing(j);
    if (nothing)
        cli_report(name, 1, nothing);
    r->bad |= nothing != NULL;
}

static void tell_end(struct run *r, struct judge *j, const char *name)
{
    struct judge_sum sum = judge_sum(j);
    bool told = false;
    check_any(r, j, name);
    if (!r->verbose)
        cli_tell_follows(name, sum.follows);
    cli_budget_tell(&r->budget, name, true);
    tell_good(r, j, name);
    check_best(r, j, name);
    if (judge_tree(j) && !r->against)
        cli_tell_rivals(name, judge_tree(j), &told);
    cli_tell_unknown(name, sum.unknown, r->quiet);
}

/* Before a wait for input: reports what has not been named. */
static void tell_if_idle(struct run *r, struct feed *feed, const char *name)
{
    if (!feed_ready(feed))
        cli_budget_tell(&r->budget, name, false);
}

static void verify_stream(struct run *r, struct stream *stream, const char *name)
{
    struct judge *j = judge_new(r->against);
    struct fault f = {0};
    struct feed feed;
    struct batch *b;
    int got;
    cli_memory(!j);
    judge_guard(j, cli_guard(&r->checkpoints));
    if (!r->pool)
        judge_strangers(j);
    if (r->script.wanted)
        script_open(&r->script, j, r->against, name, r->plain);
    feed_init(&feed, stream, r->pool);
    if (r->sigcache)
        feed_ask(&feed, sigcache_look_up, r->sigcache);
    struct progress progress = progress_begin(name, r->plain ? name : NULL);
    while (tell_if_idle(r, &feed, name), (got = feed_next(&feed, &b, &f)) > 0) {
        cli_checkpoints_refresh(&r->checkpoints);
        take_batch(r, j, b, name);
        if (r->sigcache)
            sigcache_add(r->sigcache, b);
        progress_show(&progress, b->items[b->count - 1].offset);
        if (judge_rules(j))
            stream_limit(stream, judge_rules(j)->maxblock);
    }
    progress_end(&progress);
    if (got < 0)
        cli_fail(name, &f);
    if (r->script.wanted)
        script_close(&r->script);
    else
        tell_end(r, j, name);
    if (judge_tip(j))
        cli_checkpoints_tell_above(&r->checkpoints, name, judge_tip(j)->height);
    feed_free(&feed);
    judge_free(j);
}

/* Whether the ledger given by -l agrees with the checkpoints itself. */
static void check_ledger(struct run *r)
{
    struct fault f = {0};
    struct guard *g = cli_guard(&r->checkpoints);
    if (!g || guard_chain(g, r->against, &f) == 0)
        return;
    if (f.kind != FAULT_RULE)
        cli_ledger_fail(r->against, &f);
    cli_report(r->against->path, f.line, f.text);
    r->bad = true;
}

static void verify_file(struct run *r, const char *path)
{
    struct fault f = {0};
    struct source src;
    const char *name = strcmp(path, "-") ? path : "stdin";
    if (source_open(path, &src, &f))
        cli_fail(name, &f);
    r->plain = source_is_plain(path);
    /* In this form the program is a part of a node. */
    r->marks = strcmp(path, "-") == 0 && r->unchecked && r->against && !r->quiet;
    r->budget = r->marks && !r->verbose ? cli_budget_limited() : (struct cli_budget){0};
    if (strcmp(path, "-") == 0)
        terminal_input("records");
    if (r->headers) {
        struct cli_headers h = {name,      r->clock,    r->quiet,       r->verbose,
                                r->within, r->evidence, &r->checkpoints};
        int status = cli_verify_headers(&h, src);
        r->bad |= status == CLI_NO;
        r->unsure |= status == CLI_TROUBLE;
        return;
    }
    struct stream *stream = stream_new(src, 1, 0);
    cli_memory(!stream);
    verify_stream(r, stream, name);
}

static void check_options(const struct run *r)
{
    if (r->headers && r->ledger)
        cli_misuse("-H judges by the headers that it reads: not with -l");
    if (!r->headers && (r->within >= 0 || r->evidence))
        cli_misuse("-%c goes with -H", r->evidence ? 'E' : 'w');
    if (r->script.wanted && (r->headers || r->checkpoints.path || r->unchecked))
        cli_misuse("-x explains what is judged from nothing: not with -H, -C or -u");
}

/* Opens what judging needs; the ledger, if there is one, into *against. */
static void open_all(struct run *r, struct ledger *against)
{
    r->pool = r->unchecked ? NULL : sigpool_new(cli_thread_count(r->threads));
    cli_memory(!r->pool && !r->unchecked);
    cli_checkpoints_open(&r->checkpoints);
    if (r->ledger) {
        cli_open_ledger(against, r->ledger);
        r->against = against;
        if (r->pool && !r->script.wanted)
            cli_memory(!(r->sigcache = sigcache_new(r->ledger, against)));
        check_ledger(r);
    }
    if (r->script.wanted)
        script_begin(&r->script, r->clock);
}

static void close_all(struct run *r)
{
    sigcache_free(r->sigcache);
    if (r->against)
        ledger_close(r->against);
    sigpool_free(r->pool);
    buf_free(&r->mark);
    cli_checkpoints_close(&r->checkpoints);
}

int main(int argc, char **argv)
{
    struct run r = {.clock = CLI_CLOCK, .within = -1};
    struct ledger against;
    char **operands = cli_options(&program, argc, argv, &r);
    check_options(&r);
    open_all(&r, &against);
    if (!*operands)
        verify_file(&r, "-");
    for (; *operands; operands++)
        verify_file(&r, *operands);
    close_all(&r);
    if (r.script.wanted)
        script_end(&r.script);
    cli_exit(r.bad ? CLI_NO : r.unsure ? CLI_TROUBLE : CLI_YES);
}
