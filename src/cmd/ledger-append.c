/* ledger-append: `tee -a` for blocks. It is the only program that writes a ledger. */
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledger/sigcache.h"
#include "ledgercli/appending.h"
#include "ledgercli/ledger.h"
#include "ledgercli/rivals.h"
#include "stream/feed.h"

#include <inttypes.h>
#include <string.h>

struct run {
    const char *path;
    int threads;
    bool told_rivals;
    struct cli_appending to;
    struct sigpool *pool;
    struct intake *intake;
    struct armor armor; /* on stdin, with -p */
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, path)},
    {'p', "pass", NULL, "read a network: pass other records on, let weaker branches wait",
     CLI_FLAG(struct run, to.network)},
    {'o', "ordered", NULL, "the order of the input decides: only a block on the tip is appended",
     CLI_FLAG(struct run, to.ordered)},
    {'C', "checkpoints", "FILE", "check the ledger against the checkpoints of the keys in FILE",
     CLI_TEXT(struct run, to.checkpoints.path)},
    {'n', "needed", "COUNT", "keys that must agree on a checkpoint (default: 1)",
     CLI_NUMBER(struct run, to.checkpoints.needed, 1, CHECKPOINTS_KEYS_MAX)},
    {'q', "quiet", NULL, "do not pass the blocks on", CLI_FLAG(struct run, to.quiet)},
    {'v', "verbose", NULL, "also name blocks refused only because their parent was",
     CLI_FLAG(struct run, to.refusals.verbose)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {CLI_OPTION_CLOCK(struct run, to.clock)},
    {0},
};

static const struct cli program = {
    .name = "ledger-append",
    .operands = "[LEDGER]",
    .about = "Appends the valid blocks on stdin to LEDGER, synced, and passes them on to stdout.",
    .options = options,
};

/* A record that is not a block. */
static void pass_item(struct run *r, const struct item *item)
{
    struct fault why;
    if (item->broken) {
        cli_refuse(&r->to.refusals, &item->fault, false);
        cli_refuse_mark(&r->to.refusals, item, &item->fault);
    } else if (r->to.network) {
        if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
            r->to.refusals.any = true;
        else
            cli_memory(buf_add(&r->to.out, item->text, item->size));
    } else {
        fault_rule(&why, "not a block: left out (-p passes it on)");
        why.line = item->line;
        cli_refuse(&r->to.refusals, &why, invalid_stray(&r->to.refusals.invalid));
    }
}

/* With -o: whether the block stands on the tip, or is in the ledger anyway: 1 or 0, -1 and trouble.
 */
static int in_order(struct run *r, const struct item *item, struct fault *f)
{
    struct tree *t = &r->to.ledger.tree;
    if (!r->to.ordered || !t->has_genesis || item->is_genesis ||
        memcmp(item->block.prev, t->best.id, ID_LEN) == 0)
        return 1;
    return tree_find(t, item->id, &(struct node){0}, f);
}

static int take_block(struct run *r, const struct item *item, struct fault *f)
{
    struct fault why;
    int follows = in_order(r, item, f);
    if (follows == 0) {
        fault_rule(&why,
                   "block: its parent is not the tip, and the order of the input decides (-o)");
        why.line = item->line;
        cli_appending_refuse(&r->to, item, &why);
    }
    return follows > 0 ? intake_block(r->intake, item, cli_appending_time(&r->to), f) : follows;
}

static int take_item(struct run *r, const struct item *item, struct fault *f)
{
    struct fault why;
    if (item->type != &block_type) {
        pass_item(r, item);
    } else if (item->broken) {
        tree_fault(&r->to.ledger.tree, item, &why);
        cli_appending_refuse(&r->to, item, &why);
    } else {
        r->to.refusals.invalid.stray = false;
        return take_block(r, item, f);
    }
    return 0;
}

static void fail(const struct run *r, const struct fault *f)
{
    cli_fail(f->line ? r->to.ledger.path : NULL, f);
}

/* Whether nothing in the batch needs the ledger. */
static bool only_passes(const struct run *r, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].type == &block_type)
            return false;
    return r->to.network && b->count;
}

static void put_out(struct run *r)
{
    cli_put(r->to.out.data, r->to.out.len);
    cli_flush();
    r->to.out.len = 0;
}

/* The same without the ledger: fast, and never blocked by another program's lock. */
static void pass_batch(struct run *r, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        pass_item(r, &b->items[i]);
}

/* Appends a batch's blocks and syncs once for all of them. */
static void append_batch(struct run *r, const struct batch *b)
{
    struct fault f = {0};
    if (ledger_begin(&r->to.ledger, &f))
        fail(r, &f);
    if (r->to.ledger.torn_bytes)
        cli_warn("%s: %" PRIu64 " torn bytes moved to %s.torn", r->to.ledger.path,
                 r->to.ledger.torn_bytes, r->to.ledger.path);
    cli_checkpoints_chain(&r->to.checkpoints, &r->to.ledger);
    for (size_t i = 0; i < b->count; i++)
        if (take_item(r, &b->items[i], &f)) {
            ledger_abort(&r->to.ledger);
            fail(r, &f);
        }
    if (ledger_commit(&r->to.ledger, &f))
        fail(r, &f);
    cli_tell_rivals(r->to.ledger.path, &r->to.ledger.tree, &r->told_rivals);
}

/* Processes a batch, and then prints what is to be passed on. */
static void take_batch(struct run *r, const struct batch *b)
{
    if (only_passes(r, b))
        pass_batch(r, b);
    else
        append_batch(r, b);
    put_out(r);
}

/* Before a wait for input: reports what has not been named. */
static void tell_if_idle(struct run *r, struct feed *feed)
{
    if (!feed_ready(feed))
        cli_budget_tell(&r->to.refusals.budget, "stdin", false);
}

/* What still waits at the end counts as refused. */
static void end_intake(struct run *r)
{
    struct fault f = {0};
    uint64_t left = intake_left(r->intake);
    if (intake_end(r->intake, &f))
        fail(r, &f);
    put_out(r);
    cli_budget_tell(&r->to.refusals.budget, "stdin", true);
    if (left == 0)
        return;
    cli_warn("stdin: %" PRIu64 " block%s left out, of branches with less work than the best chain "
             "(without -p, they are appended)",
             left, left == 1 ? "" : "s");
    r->to.refusals.any = true;
}

static void append_all(struct run *r)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    struct stream *stream = stream_new(source_fd(0), 1, 0);
    struct sigcache *sigcache = sigcache_new(r->to.ledger.path, &r->to.ledger);
    bool came = false;
    int got;
    cli_memory(!stream || !sigcache);
    stream_only(stream, &block_type); /* the programs that use the others check them */
    feed_init(&feed, stream, r->pool);
    feed_ask(&feed, sigcache_look_up, sigcache);
    struct progress progress = progress_begin("stdin", NULL);
    terminal_input("blocks");
    while (tell_if_idle(r, &feed), (got = feed_next(&feed, &b, &f)) > 0) {
        take_batch(r, b);
        progress_show(&progress, b->items[b->count - 1].offset);
        came = true;
    }
    progress_end(&progress);
    if (got < 0)
        cli_fail("stdin", &f);
    /* An existing ledger is opened and repaired even if there is no input. */
    if (!came && r->to.ledger.file.fd >= 0)
        take_batch(r, &(struct batch){0});
    end_intake(r);
    if (!r->to.refusals.verbose)
        cli_tell_follows("stdin", r->to.refusals.invalid.follows);
    feed_free(&feed);
    sigcache_free(sigcache);
}

int main(int argc, char **argv)
{
    struct run r = {.to.clock = CLI_CLOCK};
    struct fault f = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    r.to.refusals.marks = r.to.network &&
                          !r.to.quiet; /* in this form the program is a part of a node */
    r.to.refusals.out = &r.to.out;
    if (r.to.refusals.marks && !r.to.refusals.verbose)
        r.to.refusals.budget = cli_budget_limited();
    r.to.refusals.pool = r.pool = sigpool_new(cli_thread_count(r.threads));
    r.intake = intake_new(&r.to.ledger, r.to.network, cli_appending_owner(&r.to));
    cli_memory(!r.pool || !r.intake);
    invalid_init(&r.to.refusals.invalid);
    cli_checkpoints_open(&r.to.checkpoints);
    const char *path = cli_ledger(*operands ? *operands : r.path);
    cli_refuse_other_file(path);
    if (ledger_open_writer(&r.to.ledger, path, r.pool, &f))
        cli_fail(NULL, &f);
    append_all(&r);
    ledger_close(&r.to.ledger);
    intake_free(r.intake);
    buf_free(&r.to.out);
    sigpool_free(r.pool);
    invalid_free(&r.to.refusals.invalid);
    cli_checkpoints_close(&r.to.checkpoints);
    cli_exit(r.to.refusals.any ? CLI_NO : CLI_YES);
}
