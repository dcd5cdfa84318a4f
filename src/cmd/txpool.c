/* txpool: keeps the transactions that wait for a block (the mempool), and the attest lines, and
 * chooses among them for the next block. */
#include "base/waits.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "ledger/sigcache.h"
#include "ledgercli/ledger.h"
#include "ledgercli/passing.h"
#include "ledgercli/pool_attests.h"
#include "ledgercli/pool_reports.h"
#include "ledgercli/verdict.h"
#include "mempool/pending.h"
#include "mempool/pool.h"
#include "record/mark.h"
#include "stream/feed.h"

#include <poll.h>
#include <unistd.h>

enum {
    INTERVAL_MAX = 86400,
    PATIENCE = 3000,
    SYNC_AFTER = 20,   /* ms without input, so the disk is not busy while records pass through, */
    SYNC_WITHIN = 500, /* ... and at the latest */
};

struct run {
    const char *path; /* -l */
    size_t bytes, gaps;
    int threads;
    bool select;
    struct ledger ledger;
    struct pool pool;
    struct sigcache *sigcache; /* a cache of valid signatures */
    struct passing passing;
    struct cli_pool_reports reports;
    int64_t interval; /* seconds between checks of the ledger; 0: none */
    bool unchecked;
    int64_t written;    /* when the first line was that is not synced, in ms */
    uint64_t passed;    /* records of unknown type */
    struct armor armor; /* on stdin */
    struct member_lines members;
};

static const struct cli_option options[] = {
    {'s', "select", NULL, "print the best body for the next block", CLI_FLAG(struct run, select)},
    {CLI_OPTION_LEDGER(struct run, path)},
    {'b', "bytes", "COUNT", "bytes that the pool may hold (default: 134217728)",
     CLI_NUMBER(struct run, bytes, 1, 1 << 30)},
    {'g', "gaps", "COUNT", "bytes of memory for what waits for earlier ones (default: 134217728)",
     CLI_NUMBER(struct run, gaps, 1, 1 << 30)},
    {'i', "interval", "SECONDS",
     "between checks of the ledger (default: 1; 0: only as input arrives)",
     CLI_NUMBER(struct run, interval, 0, INTERVAL_MAX)},
    {'v', "verbose", NULL, "also name transactions refused only because one before them was",
     CLI_FLAG(struct run, reports.verbose)},
    {'u', "unchecked", NULL, "signatures have been checked by the program that writes to stdin",
     CLI_FLAG(struct run, unchecked)},
    {CLI_OPTION_THREADS(struct run, threads)},
    {0},
};

static const struct cli program = {
    .name = "txpool",
    .operands = "POOL",
    .about = "Keeps the valid transactions on stdin in POOL, and passes on new ones.",
    .options = options,
};

/* Gives each transaction that was added to the pool its place in the output. */
static void place_new(struct run *r)
{
    struct buf *added = &r->pool.added;
    for (size_t at = 0; at < added->len; at += ID_LEN)
        passing_tx(&r->passing, (const uint8_t *)added->data + at);
    added->len = 0;
}

/* Reports transactions that were waiting and no longer are; with all, also those that still wait.
 */
static void let_go(struct run *r, bool all)
{
    struct fault f;
    int got;
    while ((got = pool_leave(&r->pool, all, &f)) > 0) {
        passing_drop_id(&r->passing, r->pool.left.id, &f);
        if (!r->pool.left.silent)
            cli_pool_refuse_gap(&r->reports, &r->pool.gap, &f);
    }
    if (got < 0)
        cli_ledger_fail(&r->ledger, &f);
    place_new(r);
}

static void refuse_broken(struct run *r, const struct item *item)
{
    struct tx tx;
    struct fault ignored;
    bool parses = item->type == &tx_type && item->size == item->stream_size &&
                  tx_parse(item->text, item->size - 1, &tx, &ignored) == 0;
    if (parses)
        cli_pool_refuse_tx(&r->reports, &tx, &item->fault, item->fault.line);
    else
        cli_pool_refuse(&r->reports, &item->fault, item->fault.line);
    passing_drop(&r->passing, item, &item->fault);
}

/* Whether verify would judge it. */
static bool is_known(const struct item *item)
{
    return item->type || mark_is(item->text, item->size - 1);
}

static void known(struct fault *f)
{
    fault_rule(f, "tx: in the pool already");
    fault_answers(f, FAULT_KNOWN);
}

static void take_item(struct run *r, const struct item *item)
{
    struct fault f = {0};
    if (item->broken) {
        refuse_broken(r, item);
        return;
    }
    if (item->type != &tx_type) {
        if (cli_armored(&r->armor, "stdin", item->line, item->text, item->size - 1)) {
            r->reports.any = true;
            return;
        }
        r->passed += !is_known(item);
        passing_item(&r->passing, item);
        return;
    }
    int added = pool_add(&r->pool, &item->entries[0], item->line, &f);
    if (added < 0 && f.kind != FAULT_RULE)
        cli_ledger_fail(&r->ledger, &f);
    if (added < 0)
        cli_pool_refuse_tx(&r->reports, &item->entries[0].tx, &f, item->line);
    if (added == POOL_KNOWN)
        known(&f);
    if (added < 0 || added == POOL_KNOWN)
        passing_drop(&r->passing, item, &f);
    cli_pool_tell_replaced(&r->pool, item->entries[0].id);
    place_new(r);
    let_go(r, false);
}

static void sync_pool(struct run *r)
{
    struct fault f = {0};
    if (pool_sync(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
}

/* Writes what was added to the file, and passes it on. */
static void save_batch(struct run *r, bool last)
{
    struct fault f = {0};
    bool unsynced = r->pool.file.unsynced;
    if (pool_commit(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
    passing_put(&r->passing, &r->pool);
    if (!unsynced)
        r->written = waits_now();
    if (last || waits_now() - r->written >= SYNC_WITHIN)
        sync_pool(r);
}

/* Updates the pool to the ledger, and adds a batch's items; after the last, nothing waits any more.
 */
static void take_batch(struct run *r, const struct batch *b, bool last)
{
    struct fault f = {0};
    r->pool.now = waits_now();
    if (pool_begin(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
    cli_pool_tell_broken_line(&r->pool);
    place_new(r);
    let_go(r, false);
    if (r->ledger.tree.rules.finality)
        cli_pool_attests(r->pool.file.path, &r->ledger, &r->members, b);
    for (size_t i = 0; i < b->count; i++)
        take_item(r, &b->items[i]);
    if (last)
        let_go(r, true);
    cli_pool_tell_evicted(&r->pool);
    save_batch(r, last);
}

/* Updates the pool if the ledger has changed, or if something has waited for money too long. */
static void look(struct run *r, bool at_ledger)
{
    if ((at_ledger && !ledger_unchanged(&r->ledger)) || pool_patience_ends(&r->pool) <= waits_now())
        take_batch(r, &(struct batch){0}, false);
}

/* How long to wait for input, in milliseconds; -1: for ever. */
static int pause_of(struct run *r)
{
    int64_t pause = r->interval ? r->interval * 1000 : -1, ends = pool_patience_ends(&r->pool);
    int64_t left = ends - waits_now();
    if (ends < INT64_MAX && (pause < 0 || left < pause))
        pause = left > 0 ? left : 0;
    if (r->pool.file.unsynced && (pause < 0 || pause > SYNC_AFTER))
        pause = SYNC_AFTER;
    return (int)pause;
}

/* Waits for input, and syncs the file and checks the ledger meanwhile. */
static void wait_for_input(struct run *r, struct feed *feed)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!feed_ready(feed) && poll(&in, 1, pause_of(r)) <= 0) {
        sync_pool(r);
        cli_pool_tell_follows(&r->reports);
        look(r, r->interval > 0);
    }
}

static void take_all(struct run *r)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    struct sigpool *sigpool = r->unchecked ? NULL : sigpool_new(cli_thread_count(r->threads));
    struct stream *stream = stream_new(source_fd(STDIN_FILENO), 1, 0);
    int got;
    r->sigcache = sigcache_new(r->ledger.path, &r->ledger);
    cli_memory((!sigpool && !r->unchecked) || !stream || !r->sigcache);
    feed_init(&feed, stream, sigpool);
    feed_ask(&feed, sigcache_look_up, r->sigcache);
    terminal_input("transactions");
    /* For transactions that were undone while no txpool was running. */
    take_batch(r, &(struct batch){0}, false);
    while (wait_for_input(r, &feed), (got = feed_next(&feed, &b, &f)) > 0) {
        take_batch(r, b, false);
        sigcache_add(r->sigcache, b);
    }
    if (got < 0)
        cli_fail("stdin", &f);
    take_batch(r, &(struct batch){0}, true);
    cli_pool_tell_follows(&r->reports);
    cli_budget_tell(&r->reports.budget, "stdin", true);
    cli_tell_unknown("stdin", r->passed, false);
    feed_free(&feed);
    sigcache_free(r->sigcache);
    sigpool_free(sigpool);
}

static void select_body(struct run *r)
{
    struct fault f = {0};
    struct buf out = {0};
    cli_pool_put_attests(r->pool.file.path, &r->ledger);
    if (pool_load(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
    cli_pool_tell_broken_line(&r->pool);
    if (pool_select(&r->pool, &out, &f))
        cli_ledger_fail(&r->ledger, &f);
    cli_put(out.data, out.len);
    buf_free(&out);
}

int main(int argc, char **argv)
{
    struct run r = {.interval = 1, .bytes = POOL_BYTES_DEFAULT, .gaps = PENDING_BYTES_DEFAULT};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 1, 1);
    r.passing.marks = r.unchecked && r.path; /* in this form the program is a part of a node */
    if (r.passing.marks && !r.reports.verbose)
        r.reports.budget = cli_budget_limited();
    cli_open_ledger(&r.ledger, r.path);
    missing_init(&r.reports.missing);
    pool_init(&r.pool, *operands, &r.ledger, r.bytes);
    r.pool.pending_limit = r.gaps;
    r.pool.patience = r.passing.marks ? PATIENCE : 0;
    if (r.select)
        select_body(&r);
    else
        take_all(&r);
    pool_free(&r.pool);
    member_lines_free(&r.members);
    ledger_close(&r.ledger);
    passing_free(&r.passing);
    missing_free(&r.reports.missing);
    cli_exit(r.reports.any ? CLI_NO : CLI_YES);
}
