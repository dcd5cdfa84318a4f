/* ledger-append: `tee -a` for blocks. It is the only program that writes a ledger. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledger/sigcache.h"
#include "ledgercli/checkpoints.h"
#include "ledgercli/ledger.h"
#include "ledgercli/refusals.h"
#include "ledgercli/rivals.h"
#include "mempool/intake.h"
#include "stream/feed.h"

#include <inttypes.h>
#include <string.h>

struct run {
    const char *path;
    int64_t clock; /* -T */
    int threads;
    bool pass, ordered, quiet, told_rivals;
    struct cli_refusals refusals;
    struct sigpool *pool;
    struct ledger ledger;
    struct cli_checkpoints checkpoints;
    struct intake *intake;
    struct armor armor; /* on stdin, with -p */
    uint64_t waited;    /* blocks that had to wait for their branch to get more work */
    struct buf out;     /* what is printed once the ledger is synced */
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, path)},
    {'p', "pass", NULL, "read a network: pass other records on, let weaker branches wait",
     CLI_FLAG(struct run, pass)},
    {'o', "ordered", NULL, "the order of the input decides: only a block on the tip is appended",
     CLI_FLAG(struct run, ordered)},
    {'C', "checkpoints", "FILE", "check the ledger against the checkpoints of the keys in FILE",
     CLI_TEXT(struct run, checkpoints.path)},
    {'n', "needed", "COUNT", "keys that must agree on a checkpoint (default: 1)",
     CLI_NUMBER(struct run, checkpoints.needed, 1, CHECKPOINTS_KEYS_MAX)},
    {'q', "quiet", NULL, "do not pass the blocks on", CLI_FLAG(struct run, quiet)},
    {'v', "verbose", NULL, "also name blocks refused only because their parent was",
     CLI_FLAG(struct run, refusals.verbose)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {CLI_OPTION_CLOCK(struct run, clock)},
    {0},
};

static const struct cli program = {
    .name = "ledger-append",
    .operands = "[LEDGER]",
    .about = "Appends the valid blocks on stdin to LEDGER, synced, and passes them on to stdout.",
    .options = options,
};

static void tell_reorg(const struct reorg *reorg)
{
    if (reorg->undone)
        cli_warn("reorg: %" PRId64 " block%s undone, %" PRId64 " done", reorg->undone,
                 reorg->undone == 1 ? "" : "s", reorg->done);
}

/* --- What becomes of a block --- */

static int tell_dropped(void *self, const uint8_t id[ID_LEN], uint64_t line,
                        const uint8_t parent[ID_LEN], struct fault *f)
{
    struct run *r = self;
    (void)f;
    cli_refuse_orphan(&r->refusals, id, line, parent);
    return 0;
}

/* The time that no block may be too far ahead of; with -o there is none, since readers of the same
 * input at other times, or by other clocks, are to append the same. */
static int64_t now(const struct run *r)
{
    return r->ordered ? -1 : cli_time_now(r->clock);
}

/* Whether the checkpoints allow the block: 0, or -1 and a fault. */
static int admit(void *self, const struct item *item, struct fault *f)
{
    struct run *r = self;
    return cli_checkpoints_block(&r->checkpoints, &r->ledger, item, f);
}

static int append(void *self, const struct item *item, struct reorg *reorg, struct fault *f)
{
    struct run *r = self;
    if (admit(r, item, f))
        return f->kind == FAULT_RULE ? TREE_BAD : -1;
    return ledger_append(&r->ledger, item, now(r), reorg, f);
}

static void refuse_block(struct run *r, const struct item *item, const struct fault *why)
{
    bool rootless = item->has_header && !item->is_genesis && !r->ledger.tree.has_genesis;
    cli_refuse_block(&r->refusals, item, why, rootless);
}

static int refuse_judged(void *self, const struct item *item, const struct fault *why,
                         struct fault *f)
{
    (void)f;
    refuse_block(self, item, why);
    return 0;
}

static int drop_duplicate(void *self, const struct item *item, struct fault *f)
{
    struct run *r = self;
    (void)f;
    cli_refuse_known(&r->refusals, item->id);
    return 0;
}

static int pass_block(void *self, const struct item *item, const struct reorg *reorg,
                      struct fault *f)
{
    struct run *r = self;
    int passed = r->pass ? tree_passes_on(&r->ledger.tree, item->id, f) : 1;
    tell_reorg(reorg);
    if (passed < 0)
        return -1;
    if (!passed)
        cli_refuse_known(&r->refusals, item->id);
    return passed && !r->quiet && buf_add(&r->out, item->text, item->size) ? fault_memory(f) : 0;
}

/* Strangers cause this at little cost: only the first, second, fourth, eighth ... is reported. */
static int tell_waits(void *self, const struct item *item, bool again, struct fault *f)
{
    struct run *r = self;
    (void)f;
    cli_refuse_later(&r->refusals, item->id);
    r->waited += !again;
    if (!again && (r->waited & (r->waited - 1)) == 0)
        cli_warn("block %s waits until its branch has more work than the best chain (so far, "
                 "%" PRIu64 " had to wait)",
                 hex32(item->id).text, r->waited);
    return 0;
}

static struct intake *new_intake(struct run *r)
{
    struct intake_owner owner = {.append = append,
                                 .admit = admit,
                                 .accepted = pass_block,
                                 .invalid = refuse_judged,
                                 .duplicate = drop_duplicate,
                                 .waits = tell_waits,
                                 .dropped = tell_dropped,
                                 .self = r};
    return intake_new(&r->ledger, r->pass, owner);
}

/* --- Other records, and batches --- */

/* A record that is not a block. */
static void pass_item(struct run *r, const struct item *item)
{
    struct fault why;
    if (item->broken) {
        cli_refuse(&r->refusals, &item->fault, false);
        cli_refuse_mark(&r->refusals, item, &item->fault);
    } else if (r->pass) {
        if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
            r->refusals.any = true;
        else
            cli_memory(buf_add(&r->out, item->text, item->size));
    } else {
        fault_rule(&why, "not a block: left out (-p passes it on)");
        why.line = item->line;
        cli_refuse(&r->refusals, &why, invalid_stray(&r->refusals.invalid));
    }
}

/* With -o: whether the block stands on the tip, or is in the ledger anyway: 1 or 0, -1 and trouble.
 */
static int in_order(struct run *r, const struct item *item, struct fault *f)
{
    struct tree *t = &r->ledger.tree;
    if (!r->ordered || !t->has_genesis || item->is_genesis ||
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
        refuse_block(r, item, &why);
    }
    return follows > 0 ? intake_block(r->intake, item, now(r), f) : follows;
}

static int take_item(struct run *r, const struct item *item, struct fault *f)
{
    struct fault why;
    if (item->type != &block_type) {
        pass_item(r, item);
    } else if (item->broken) {
        tree_fault(&r->ledger.tree, item, &why);
        refuse_block(r, item, &why);
    } else {
        r->refusals.invalid.stray = false;
        return take_block(r, item, f);
    }
    return 0;
}

static void fail(const struct run *r, const struct fault *f)
{
    cli_fail(f->line ? r->ledger.path : NULL, f);
}

/* Whether nothing in the batch needs the ledger. */
static bool only_passes(const struct run *r, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].type == &block_type)
            return false;
    return r->pass && b->count;
}

static void put_out(struct run *r)
{
    cli_put(r->out.data, r->out.len);
    cli_flush();
    r->out.len = 0;
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
    if (ledger_begin(&r->ledger, &f))
        fail(r, &f);
    if (r->ledger.torn_bytes)
        cli_warn("%s: %" PRIu64 " torn bytes moved to %s.torn", r->ledger.path,
                 r->ledger.torn_bytes, r->ledger.path);
    cli_checkpoints_chain(&r->checkpoints, &r->ledger);
    for (size_t i = 0; i < b->count; i++)
        if (take_item(r, &b->items[i], &f)) {
            ledger_abort(&r->ledger);
            fail(r, &f);
        }
    if (ledger_commit(&r->ledger, &f))
        fail(r, &f);
    cli_tell_rivals(r->ledger.path, &r->ledger.tree, &r->told_rivals);
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
        cli_budget_tell(&r->refusals.budget, "stdin", false);
}

/* What still waits at the end counts as refused. */
static void end_intake(struct run *r)
{
    struct fault f = {0};
    uint64_t left = intake_left(r->intake);
    if (intake_end(r->intake, &f))
        fail(r, &f);
    put_out(r);
    cli_budget_tell(&r->refusals.budget, "stdin", true);
    if (left == 0)
        return;
    cli_warn("stdin: %" PRIu64 " block%s left out, of branches with less work than the best chain "
             "(without -p, they are appended)",
             left, left == 1 ? "" : "s");
    r->refusals.any = true;
}

static void append_all(struct run *r)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    struct stream *stream = stream_new(source_fd(0), 1, 0);
    struct sigcache *sigcache = sigcache_new(r->ledger.path, &r->ledger);
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
    if (!came && r->ledger.file.fd >=
                     0) /* an existing ledger is opened and repaired even if there is no input */
        take_batch(r, &(struct batch){0});
    end_intake(r);
    if (!r->refusals.verbose)
        cli_tell_follows("stdin", r->refusals.invalid.follows);
    feed_free(&feed);
    sigcache_free(sigcache);
}

int main(int argc, char **argv)
{
    struct run r = {.clock = CLI_CLOCK};
    struct fault f = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    r.refusals.marks = r.pass && !r.quiet; /* in this form the program is a part of a node */
    r.refusals.out = &r.out;
    if (r.refusals.marks && !r.refusals.verbose)
        r.refusals.budget = cli_budget_limited();
    r.refusals.pool = r.pool = sigpool_new(cli_thread_count(r.threads));
    r.intake = new_intake(&r);
    cli_memory(!r.pool || !r.intake);
    invalid_init(&r.refusals.invalid);
    cli_checkpoints_open(&r.checkpoints);
    const char *path = cli_ledger(*operands ? *operands : r.path);
    cli_refuse_other_file(path);
    if (ledger_open_writer(&r.ledger, path, r.pool, &f))
        cli_fail(NULL, &f);
    append_all(&r);
    ledger_close(&r.ledger);
    intake_free(r.intake);
    buf_free(&r.out);
    sigpool_free(r.pool);
    invalid_free(&r.refusals.invalid);
    cli_checkpoints_close(&r.checkpoints);
    cli_exit(r.refusals.any ? CLI_NO : CLI_YES);
}
