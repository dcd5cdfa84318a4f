/* txpool: keeps the transactions that wait for a block, and chooses the next block's body among
 * them. */
#include "cli/cli.h"
#include "cli/ledger.h"
#include "ledger/pool.h"
#include "stream/feed.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {'s', "select", NULL, "print the best body for the next block"},
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'b', "bytes", "COUNT", "bytes that the pool may hold (default: 33554432)"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "txpool",
    .operands = "POOL",
    .about = "Keeps the valid transactions on stdin in POOL and passes on what is new.",
    .options = options,
};

struct run {
    struct ledger ledger;
    struct pool pool;
    struct buf out; /* what goes to stdout once the pool is synced */
    int status;
};

static void load(struct run *r)
{
    struct fault f = {0};
    if (pool_load(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (r->pool.broken_line)
        cli_report(r->pool.path, r->pool.broken_line, "no transaction: left out");
}

static void refuse(struct run *r, const struct fault *f, uint64_t line)
{
    cli_report("stdin", line, f->text);
    r->status = CLI_NO;
}

/* Whether the item is to be passed on, as far as can be said now. */
static bool take_item(struct run *r, const struct item *item)
{
    struct fault f = {0};
    if (item->broken)
        refuse(r, &item->fault, item->fault.line);
    if (item->broken || !item->is_tx)
        return !item->broken;
    int new = pool_add(&r->pool, &item->entries[0], &f);
    if (new < 0 && f.kind != FAULT_RULE)
        cli_ledger_fail(&r->ledger, &f);
    if (new < 0)
        refuse(r, &f, item->line);
    return new > 0;
}

/* Takes the batch into the pool, and then puts out what is new and has not had to leave for better.
 */
static void take_items(struct run *r, const struct batch *b)
{
    bool *new = calloc(b->count, sizeof *new);
    if (!new)
        cli_die("out of memory");
    for (size_t i = 0; i < b->count; i++)
        new[i] = take_item(r, &b->items[i]);
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        if (new[i] && (!item->is_tx || pool_holds(&r->pool, item->entries[0].id)) &&
            buf_add(&r->out, item->text, item->size))
            cli_die("out of memory");
    }
    free(new);
}

static void take_batch(struct run *r, const struct batch *b)
{
    struct fault f = {0};
    int fd = pool_lock(&r->pool);
    if (fd < 0) {
        fault_errno(&f, "%s", r->pool.path);
        cli_ledger_fail(&r->ledger, &f);
    }
    pool_free(&r->pool);
    if (ledger_refresh(&r->ledger, &f) < 0)
        cli_ledger_fail(&r->ledger, &f);
    load(r);
    take_items(r, b);
    if (r->pool.evicted)
        cli_warn("%s: %zu transactions with the lowest fee rates left out", r->pool.path,
                 r->pool.evicted);
    if (pool_save(&r->pool, fd, &f))
        cli_ledger_fail(&r->ledger, &f);
    close(fd);
    cli_put(r->out.data, r->out.len);
    cli_flush();
    r->out.len = 0;
}

static void take_all(struct run *r, int threads)
{
    struct feed feed;
    struct batch *b;
    struct fault f = {0};
    struct sigpool *sigpool = sigpool_new(threads);
    struct stream *stream = stream_new(source_fd(0), 1, 0);
    int got;
    if (!sigpool || !stream)
        cli_die("out of memory");
    feed_init(&feed, stream, sigpool);
    while ((got = feed_next(&feed, &b, &f)) > 0)
        take_batch(r, b);
    if (got < 0)
        cli_fail("stdin", &f);
    feed_free(&feed);
    sigpool_free(sigpool);
}

static void select_body(struct run *r)
{
    struct fault f = {0};
    load(r);
    if (pool_select(&r->pool, &r->out, &f))
        cli_ledger_fail(&r->ledger, &f);
    cli_put(r->out.data, r->out.len);
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES};
    const char *path = NULL, *threads = NULL;
    size_t bytes = POOL_BYTES_DEFAULT;
    bool select = false;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        select |= c == 's';
        if (c == 'l')
            path = optarg;
        if (c == 'b')
            bytes = (size_t)cli_number("-b", optarg, 1, 1 << 30);
        if (c == 'j')
            threads = optarg;
    }
    if (argc - optind != 1)
        cli_usage();
    cli_open_ledger(&r.ledger, path);
    pool_init(&r.pool, argv[optind], &r.ledger, bytes);
    if (select)
        select_body(&r);
    else
        take_all(&r, cli_threads(threads));
    pool_free(&r.pool);
    ledger_close(&r.ledger);
    buf_free(&r.out);
    cli_exit(r.status);
}
