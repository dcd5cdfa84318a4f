/* verify: a filter that passes on valid records, and names the place and the rule of every invalid
 * one. */
#include "base/file.h"
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "explain/explain.h"
#include "judge/judge.h"
#include "ledger/known.h"
#include "ledger/source.h"
#include "ledgercli/checkpoints.h"
#include "ledgercli/headers.h"
#include "ledgercli/ledger.h"
#include "ledgercli/verdict.h"
#include "stream/feed.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "judge blocks and transactions against this ledger"},
    {'H', "headers", NULL, "check blocks without bodies (except genesis), as a light client does"},
    {'C', "checkpoints", "FILE", "check blocks against the checkpoints of the keys in FILE"},
    {'n', "needed", "COUNT", "keys that must agree on a checkpoint (default: 1)"},
    {'x', "explain", NULL, "print a shell script that repeats every check"},
    {'q', "quiet", NULL, "only judge: pass nothing on"},
    {'v', "verbose", NULL, "also name blocks refused only because their parent was"},
    {'u', "unchecked", NULL, "read gossip-listen, which has checked the signatures"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'T', "time", "TIME", "use this time as the clock"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "verify",
    .operands = "[FILE]...",
    .about = "Passes on valid records; names the place and the broken rule of every other.",
    .options = options,
};

struct run {
    const char *now;
    bool quiet, verbose, bad, headers;
    bool unchecked;           /* -u */
    struct cli_budget budget; /* of reports on stderr */
    struct sigpool *pool;     /* NULL: signatures are not checked */
    struct ledger *against;
    struct known *known; /* a cache of valid signatures, beside that ledger; or NULL */
    struct cli_checkpoints checkpoints;
    bool plain; /* the file contains the records and nothing else */
    bool marks; /* say what is dropped in its place on stdout */
    struct buf mark;
    struct explain *explain; /* NULL: verdicts are reported, not explained */
};

/* Prints what the script has so far; exits if its text could not be made. */
static void put_script(struct run *r, int result, const char *name, const struct fault *f)
{
    struct buf *script = explain_out(r->explain);
    if (result)
        cli_fail(name, f);
    cli_put(script->data, script->len);
    script->len = 0;
}

/* The last line about a ledger that was refused. */
static void tell_good(const struct run *r, const struct judge *j, const char *name)
{
    const struct judge_sum g = judge_sum(j);
    if (!g.fell || !judge_rules(j))
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
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        int holds = judge_item(j, item, cli_now(r->now), &f);
        if (holds < 0)
            cli_fail(name, &f);
        if (r->explain) {
            struct fault trouble = {0};
            put_script(r, explain_item(r->explain, item, holds, &f, &trouble), name, &trouble);
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

/* The bytes of a compressed file are not those of its records, so its name is not given for
 * comparison. */
static void open_script(struct run *r, struct judge *j, const char *name, struct fault *f)
{
    struct explain_about about = {
        .judge = j, .against = r->against, .name = name, .path = r->plain ? name : NULL};
    if (r->explain)
        put_script(r, explain_open(r->explain, &about, f), name, f);
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
    check_any(r, j, name);
    if (!r->verbose)
        cli_tell_follows(name, sum.follows);
    cli_budget_tell(&r->budget, name, true);
    tell_good(r, j, name);
    check_best(r, j, name);
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
    open_script(r, j, name, &f);
    feed_init(&feed, stream, r->pool);
    if (r->known)
        feed_ask(&feed, known_recall, r->known);
    struct progress progress = progress_begin(name, r->plain ? name : NULL);
    while (tell_if_idle(r, &feed, name), (got = feed_next(&feed, &b, &f)) > 0) {
        cli_checkpoints_refresh(&r->checkpoints);
        take_batch(r, j, b, name);
        if (r->known)
            known_remember(r->known, b);
        progress_show(&progress, b->items[b->count - 1].offset);
        if (judge_rules(j))
            stream_limit(stream, judge_rules(j)->maxblock);
    }
    progress_end(&progress);
    if (got < 0)
        cli_fail(name, &f);
    if (r->explain)
        put_script(r, explain_close(r->explain, &f), name, &f);
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

/* -x: makes the script's reader end with 2 if nothing else is printed, for example because the next
 * option is wrong. */
static bool guard_script(void)
{
    cli_put(explain_guard, strlen(explain_guard));
    cli_flush();
    return true;
}

/* -x: the beginning of the script. */
static void begin_script(struct run *r)
{
    struct fault f = {0};
    r->explain = explain_new(r->now ? cli_now(r->now) : -1);
    if (!r->explain)
        cli_die("out of memory");
    put_script(r, explain_begin(r->explain, &f), NULL, &f);
}

/* And its end; whether the records are valid is for the script to say. */
static _Noreturn void end_script(struct run *r)
{
    struct fault f = {0};
    put_script(r, explain_end(r->explain, &f), NULL, &f);
    explain_free(r->explain);
    cli_exit(CLI_YES);
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
        struct cli_headers h = {name, r->now, r->quiet, r->verbose, &r->checkpoints};
        r->bad |= !cli_verify_headers(&h, src);
        return;
    }
    struct stream *stream = stream_new(src, 1, 0);
    cli_memory(!stream);
    verify_stream(r, stream, name);
}

struct settings {
    const char *ledger, *threads, *checkpoints, *needed;
    bool explain;
};

static void read_options(int argc, char **argv, struct run *r, struct settings *s)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        r->quiet |= c == 'q';
        r->verbose |= c == 'v';
        r->headers |= c == 'H';
        if (c == 'x' && !s->explain)
            s->explain = guard_script();
        r->unchecked |= c == 'u';
        if (c == 'l')
            s->ledger = optarg;
        if (c == 'j')
            s->threads = optarg;
        if (c == 'C')
            s->checkpoints = optarg;
        if (c == 'n')
            s->needed = optarg;
        if (c == 'T')
            r->now = optarg;
    }
    if (r->now)
        cli_now(r->now); /* exits at once if it is not a time */
    if (r->headers && s->ledger)
        cli_die("-H judges by the headers that it reads: not with -l");
    if (s->explain && (r->headers || s->checkpoints || r->unchecked))
        cli_die("-x explains what is judged from nothing: not with -H, -C or -u");
}

/* Opens what judging needs; the ledger, if there is one, into *against. */
static void open_all(struct run *r, const struct settings *s, struct ledger *against)
{
    int threads = cli_threads(s->threads);
    r->pool = r->unchecked ? NULL : sigpool_new(threads);
    if (!r->pool && !r->unchecked)
        cli_die("out of memory");
    cli_checkpoints_open(&r->checkpoints, s->checkpoints, s->needed);
    if (s->ledger) {
        cli_open_ledger(against, s->ledger);
        r->against = against;
        if (r->pool && !s->explain && !(r->known = known_new(s->ledger, against)))
            cli_die("out of memory");
        check_ledger(r);
    }
    if (s->explain)
        begin_script(r);
}

static void close_all(struct run *r)
{
    known_free(r->known);
    if (r->against)
        ledger_close(r->against);
    sigpool_free(r->pool);
    buf_free(&r->mark);
    cli_checkpoints_close(&r->checkpoints);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct settings settings = {0};
    struct ledger against;
    read_options(argc, argv, &r, &settings);
    open_all(&r, &settings, &against);
    if (optind == argc)
        verify_file(&r, "-");
    for (int i = optind; i < argc; i++)
        verify_file(&r, argv[i]);
    close_all(&r);
    if (r.explain)
        end_script(&r);
    cli_exit(r.bad ? CLI_NO : CLI_YES);
}
