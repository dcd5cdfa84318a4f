/* verify: a filter that passes on the records that hold, and says of every other where and which
 * rule. */
#include "cli/cli.h"
#include "cli/ledger.h"
#include "ledger/judge.h"
#include "ledger/source.h"
#include "stream/feed.h"

#include <getopt.h>
#include <string.h>

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "judge blocks and transactions against this ledger"},
    {'q', "quiet", NULL, "only the verdict: pass nothing on"},
    {'u', "unchecked", NULL, "signatures were checked by whoever writes to stdin"},
    {'j', "threads", "COUNT", "threads that check signatures (default: all processors)"},
    {'T', "time", "UNIXTIME", "judge blocks' times by this clock"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "verify",
    .operands = "[FILE]...",
    .about = "Passes on the records that hold; says of every other where and which rule it breaks.",
    .options = options,
};

struct run {
    const char *now;
    bool quiet, bad;
    struct sigpool *pool; /* NULL: signatures are not looked at */
    struct ledger *against;
};

static void take_batch(struct run *r, struct judge *j, const struct batch *b, const char *name)
{
    struct fault f;
    for (size_t i = 0; i < b->count; i++) {
        const struct item *item = &b->items[i];
        int holds = judge_item(j, item, cli_now(r->now), &f);
        if (holds < 0)
            cli_fail(name, &f);
        if (holds && !r->quiet)
            cli_put(item->text, item->size);
        if (holds)
            continue;
        cli_report(name, f.line, f.text);
        r->bad = true;
    }
    cli_flush();
}

static void verify_stream(struct run *r, struct stream *stream, const char *name)
{
    struct judge *j = judge_new(r->against);
    struct fault f = {0};
    struct feed feed;
    struct batch *b;
    bool empty = true;
    int got;
    if (!j)
        cli_die("out of memory");
    feed_init(&feed, stream, r->pool);
    while ((got = feed_next(&feed, &b, &f)) > 0) {
        empty = false;
        take_batch(r, j, b, name);
        if (judge_rules(j))
            stream_limit(stream, judge_rules(j)->maxblock);
    }
    if (got < 0)
        cli_fail(name, &f);
    if (empty && !r->against) {
        cli_report(name, 1, "empty: no record, and no genesis block");
        r->bad = true;
    }
    feed_free(&feed);
    judge_free(j);
}

static void verify_file(struct run *r, const char *path)
{
    struct fault f = {0};
    struct source src;
    const char *name = strcmp(path, "-") ? path : "stdin";
    if (source_open(path, &src, &f))
        cli_fail(name, &f);
    struct stream *stream = stream_new(src, 1, 0);
    if (!stream)
        cli_die("out of memory");
    verify_stream(r, stream, name);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    struct ledger against;
    const char *ledger = NULL, *threads = NULL;
    bool unchecked = false;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        r.quiet |= c == 'q';
        unchecked |= c == 'u';
        if (c == 'l')
            ledger = optarg;
        if (c == 'j')
            threads = optarg;
        if (c == 'T') {
            r.now = optarg;
            cli_now(r.now); /* says at once where it is no time */
        }
    }
    int count = cli_threads(threads);
    r.pool = unchecked ? NULL : sigpool_new(count);
    if (!r.pool && !unchecked)
        cli_die("out of memory");
    if (ledger)
        cli_open_ledger(&against, ledger);
    r.against = ledger ? &against : NULL;
    if (optind == argc)
        verify_file(&r, "-");
    for (int i = optind; i < argc; i++)
        verify_file(&r, argv[i]);
    if (ledger)
        ledger_close(&against);
    sigpool_free(r.pool);
    cli_exit(r.bad ? CLI_NO : CLI_YES);
}
