/* ledger-append: `tee -a` for blocks. It is the only program that writes a ledger. */
#include "base/file.h"
#include "base/hex.h"
#include "cli/checkpoints.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/terminal.h"
#include "cli/verdict.h"
#include "ledger/fallen.h"
#include "ledger/known.h"
#include "ledger/ledger.h"
#include "ledger/orphans.h"
#include "stream/feed.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'p', "pass", NULL, "pass all other records on"},
    {'C', "checkpoints", "FILE", "check the ledger against the checkpoints of the keys in FILE"},
    {'n', "needed", "COUNT", "keys that must agree on a checkpoint (default: 1)"},
    {'q', "quiet", NULL, "do not pass the blocks on"},
    {'v', "verbose", NULL, "also name blocks refused only because their parent was"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'T', "time", "TIME", "use this time as the clock"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-append",
    .operands = "[LEDGER]",
    .about = "Appends the valid blocks on stdin to LEDGER, synced, and passes them on to stdout.",
    .options = options,
};

struct run {
    const char *now;
    bool pass, quiet, verbose;
    bool marks;               /* say what is dropped in its place on stdout */
    struct cli_budget budget; /* of reports on stderr */
    int status;
    struct sigpool *pool;
    struct ledger ledger;
    struct cli_checkpoints checkpoints;
    struct orphans *orphans;
    struct fallen fallen;
    struct armor armor; /* on stdin, with -p */
    struct batch child; /* a block from the orphanage, while it is processed */
    struct buf parents; /* ids of new blocks whose children have not been looked for yet */
    struct buf out;     /* what is printed once the ledger is synced */
};

/* Whether to report what is refused now. follows: only because of something already reported. */
static bool is_named(struct run *r, bool follows)
{
    r->status = CLI_NO;
    return (r->verbose || !follows) && cli_budget_allows(&r->budget, "stdin");
}

static void refuse(struct run *r, const struct fault *f, bool follows)
{
    if (is_named(r, follows))
        cli_report("stdin", f->line, f->text);
}

/* What a later program in the pipeline reads in place of this item. */
static void mark(struct run *r, const struct item *item, const struct fault *f)
{
    if (r->marks)
        cli_mark(&r->out, item, f);
}

static void tell_reorg(const struct reorg *reorg)
{
    if (reorg->undone)
        cli_warn("reorg: %" PRId64 " block%s undone, %" PRId64 " done", reorg->undone,
                 reorg->undone == 1 ? "" : "s", reorg->done);
}

/* Reports blocks that leave the orphanage, where they waited for a parent. */
static void let_go(struct run *r, bool all)
{
    struct fault f;
    uint8_t id[ID_LEN], parent[ID_LEN];
    uint64_t line;
    while (orphans_evict(r->orphans, all, id, &line, parent)) {
        int follows = fallen_orphan(&r->fallen, parent, id);
        cli_memory(follows < 0);
        fault_rule(&f, "block: its parent %s %s", hex32(parent).text,
                   fallen_has(&r->fallen, parent) ? "was refused" : "did not come");
        f.line = line;
        if (!fallen_has(&r->fallen, parent))
            fault_answers(&f, FAULT_LATER);
        refuse(r, &f, follows);
        if (r->marks)
            cli_mark_id(&r->out, id, &f);
    }
}

/* Handles the verdict of ledger_append on one block; checkpoints are compared first. */
static int append(struct run *r, const struct item *item, struct reorg *reorg, struct fault *f)
{
    struct guard *g = cli_guard(&r->checkpoints);
    if (!g || guard_block(g, &r->ledger, item, f) == 0)
        return ledger_append(&r->ledger, item, cli_now(r->now), reorg, f);
    if (f->kind != FAULT_RULE)
        return -1;
    cli_warn("REFUSED: a block that breaks a checkpoint, and all on it, however much work it has");
    f->line = item->line;
    return TREE_BAD;
}

/* A block that is refused for its own fault, or for want of a genesis block. */
static void refuse_block(struct run *r, const struct item *item, struct fault *f)
{
    bool rootless = item->has_header && !item->is_genesis && !r->ledger.tree.has_genesis;
    bool follows = rootless && fallen_rootless(&r->fallen);
    if (is_named(r, follows))
        cli_report_item("stdin", item, f, r->pool);
    cli_memory(fallen_note(&r->fallen, item, false));
    if (rootless)
        fault_answers(f, FAULT_LATER);
    mark(r, item, f);
}

static void mark_known(struct run *r, const struct item *item)
{
    struct fault f;
    fault_rule(&f, "block: known");
    fault_answers(&f, FAULT_KNOWN);
    mark(r, item, &f);
}

/* Judges one block. 0, or -1 and trouble. */
static int take_block(struct run *r, const struct item *item, struct fault *f)
{
    struct reorg reorg;
    int verdict = append(r, item, &reorg, f);
    if (verdict == TREE_BAD)
        refuse_block(r, item, f);
    if (verdict == TREE_KNOWN)
        mark_known(r, item);
    if (verdict == TREE_ORPHAN)
        cli_memory(orphans_add(r->orphans, item));
    if (verdict != TREE_GOOD)
        return verdict < 0 ? -1 : 0;
    tell_reorg(&reorg);
    cli_memory(buf_add(&r->parents, item->id, ID_LEN));
    cli_memory(!r->quiet && buf_add(&r->out, item->text, item->size));
    return 0;
}

/* Appends the blocks that waited for those just appended, then those that waited for them, and so
 * on. */
static int take_children(struct run *r, struct fault *f)
{
    for (size_t i = 0; i < r->parents.len; i += ID_LEN) {
        uint8_t parent[ID_LEN];
        int got;
        memcpy(parent, r->parents.data + i, ID_LEN);
        while ((got = orphans_take(r->orphans, parent, &r->child, f)) > 0)
            if (take_block(r, &r->child.items[0], f))
                return -1;
        if (got < 0)
            return -1;
    }
    r->parents.len = 0;
    return 0;
}

/* A record that is not a block. */
static void pass_item(struct run *r, const struct item *item)
{
    struct fault why;
    if (item->broken) {
        refuse(r, &item->fault, false);
        mark(r, item, &item->fault);
    } else if (r->pass) {
        if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1))
            r->status = CLI_NO;
        else
            cli_memory(buf_add(&r->out, item->text, item->size));
    } else {
        fault_rule(&why, "not a block: left out (-p passes it on)");
        why.line = item->line;
        refuse(r, &why, fallen_stray(&r->fallen));
    }
}

static int take_item(struct run *r, const struct item *item, struct fault *f)
{
    struct fault why;
    if (!item->is_block) {
        pass_item(r, item);
    } else if (item->broken) {
        tree_fault(&r->ledger.tree, item, &why);
        refuse_block(r, item, &why);
    } else {
        r->fallen.stray = false;
        if (take_block(r, item, f) || take_children(r, f))
            return -1;
        let_go(r, false);
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
        if (b->items[i].is_block)
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

/* Nothing may be added to a ledger whose best chain breaks a checkpoint. */
static void check_chain(struct run *r)
{
    struct fault f = {0};
    struct guard *g = cli_guard(&r->checkpoints);
    if (!g)
        return;
    cli_checkpoints_refresh(&r->checkpoints);
    if (guard_chain(g, &r->ledger, &f) == 0)
        return;
    ledger_abort(&r->ledger);
    if (f.kind != FAULT_RULE)
        fail(r, &f);
    cli_die("%s: %s: nothing is added to it (`verify -C %s %s > FILE` keeps what agrees)",
            r->ledger.path, f.text, file_word(r->checkpoints.path, "CHECKPOINTS"),
            file_word(r->ledger.path, "LEDGER"));
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
    check_chain(r);
    for (size_t i = 0; i < b->count; i++)
        if (take_item(r, &b->items[i], &f)) {
            ledger_abort(&r->ledger);
            fail(r, &f);
        }
    if (ledger_commit(&r->ledger, &f))
        fail(r, &f);
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
        cli_budget_tell(&r->budget, "stdin", false);
}

static void append_all(struct run *r)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    struct stream *stream = stream_new(source_fd(0), 1, 0);
    struct known *known = known_new(r->ledger.path, &r->ledger);
    bool came = false;
    int got;
    cli_memory(!stream || !known);
    feed_init(&feed, stream, r->pool);
    feed_ask(&feed, known_recall, known);
    feed_blocks_only(
        &feed); /* of other records: the program that uses them checks more than this */
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
    if (!came &&
        r->ledger.fd >= 0) /* an existing ledger is opened and repaired even if there is no input */
        take_batch(r, &(struct batch){0});
    let_go(r, true);
    put_out(r);
    cli_budget_tell(&r->budget, "stdin", true);
    if (!r->verbose)
        cli_tell_follows("stdin", r->fallen.follows);
    feed_free(&feed);
    known_free(known);
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES};
    const char *path = NULL, *threads = NULL, *checkpoints = NULL, *needed = NULL;
    struct fault f = {0};
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        r.pass |= c == 'p';
        r.quiet |= c == 'q';
        r.verbose |= c == 'v';
        if (c == 'l')
            path = optarg;
        if (c == 'j')
            threads = optarg;
        if (c == 'C')
            checkpoints = optarg;
        if (c == 'n')
            needed = optarg;
        if (c == 'T') {
            r.now = optarg;
            cli_now(r.now); /* reports an invalid time at once */
        }
    }
    cli_operands(argc, argv, 0, 1);
    r.marks = r.pass && !r.quiet; /* in this form the program is a part of a node */
    if (r.marks && !r.verbose)
        r.budget = cli_budget_limited();
    r.pool = sigpool_new(cli_threads(threads));
    r.orphans = orphans_new();
    cli_memory(!r.pool || !r.orphans);
    fallen_init(&r.fallen);
    cli_checkpoints_open(&r.checkpoints, checkpoints, needed);
    path = cli_ledger(argv[optind] ? argv[optind] : path);
    cli_refuse_other_file(path);
    if (ledger_open_writer(&r.ledger, path, r.pool, &f))
        cli_fail(NULL, &f);
    append_all(&r);
    ledger_close(&r.ledger);
    orphans_free(r.orphans);
    batch_free(&r.child);
    buf_free(&r.parents);
    buf_free(&r.out);
    sigpool_free(r.pool);
    fallen_free(&r.fallen);
    cli_checkpoints_close(&r.checkpoints);
    cli_exit(r.status);
}
