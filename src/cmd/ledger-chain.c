/* ledger-chain: prints the best chain, genesis first: the same bytes on every peer that agrees. */
#include "cli/cli.h"
#include "ledgercli/ledger.h"
#include "query/headers.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'t', "tip", NULL, "only the header of the last block"},
    {'H', "headers", NULL, "blocks without their bodies, except genesis"},
    {'s', "start", "HEIGHT", "begin at this height (default: 0)"},
    {'n', "count", "COUNT", "at most so many blocks"},
    {'b', "block", "ID", "the chain that ends at this block"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-chain",
    .operands = "[LEDGER]",
    .about = "Prints the best chain, genesis first.",
    .options = options,
};

struct range {
    struct node tip;
    int64_t start, end; /* heights; the end is excluded */
    bool headers;       /* without bodies, except that of genesis, which has the chain's rules */
};

static void print_block(struct ledger *l, const struct node *node, bool header_only)
{
    struct fault f = {0};
    struct buf text = {0};
    if (ledger_read(l, node, header_only, &text, &f))
        cli_ledger_fail(l, &f);
    cli_put(text.data, text.len);
    buf_free(&text);
}

/* The numbers of the blocks in the range, lowest first. The path of a side branch can only be
 * followed from its tip down. */
static int64_t *path_to(struct ledger *l, const struct range *r, size_t count)
{
    struct fault f = {0};
    struct node node;
    int64_t *path = calloc(count, sizeof *path);
    if (!path)
        cli_die("out of memory");
    if (tree_ancestor(&l->tree, &r->tip, r->end - 1, &node, &f))
        cli_ledger_fail(l, &f);
    for (size_t i = count; i-- > 0;) {
        path[i] = node.n;
        if (i > 0 && tree_get(&l->tree, node.parent, &node, &f))
            cli_ledger_fail(l, &f);
    }
    return path;
}

static void print_branch(struct ledger *l, const struct range *r)
{
    struct fault f = {0};
    struct node node;
    size_t count = (size_t)(r->end - r->start);
    int64_t *path = path_to(l, r, count);
    for (size_t i = 0; i < count; i++) {
        if (tree_get(&l->tree, path[i], &node, &f))
            cli_ledger_fail(l, &f);
        print_block(l, &node, r->headers && node.height > 0);
    }
    free(path);
}

static int put_header(void *self, const char *line, size_t len, struct fault *f)
{
    (void)self, (void)f;
    cli_put(line, len);
    return 0;
}

static void print_headers(struct ledger *l, const struct range *r)
{
    struct fault f = {0};
    int64_t first = r->start > 0 ? r->start : 1;
    if (r->start == 0)
        print_block(l, &l->tree.genesis, false);
    int64_t given = ledger_headers(l, first, r->end - first, put_header, NULL, &f);
    if (given < 0)
        cli_ledger_fail(l, &f);
    if (given < r->end - first)
        cli_die("%s: changed while it was read", l->path);
}

/* On the best chain, the index finds every height directly. */
static void print_best(struct ledger *l, const struct range *r)
{
    struct fault f = {0};
    struct node node;
    for (int64_t height = r->start; height < r->end; height++) {
        int found = index_at_height(l->index, height, &node, &f);
        if (found < 0)
            cli_ledger_fail(l, &f);
        if (!found)
            cli_die("%s: changed while it was read", l->path);
        print_block(l, &node, false);
    }
}

/* The tip that -b names, or else the best one. */
static void find_tip(struct ledger *l, const char *id, struct node *tip)
{
    *tip = l->tree.best;
    if (id)
        cli_find_block(l, id, tip);
}

static void print_chain(struct ledger *l, const char *id, int64_t start, int64_t count,
                        bool headers)
{
    struct range r = {.start = start, .headers = headers};
    find_tip(l, id, &r.tip);
    if (start > r.tip.height) {
        cli_warn("%s: its height is %" PRId64, l->path, r.tip.height);
        cli_exit(CLI_NO);
    }
    r.end = count > r.tip.height - start ? r.tip.height + 1 : start + count;
    if (r.end == r.start)
        return;
    if (id)
        print_branch(l, &r);
    else if (headers)
        print_headers(l, &r);
    else
        print_best(l, &r);
}

int main(int argc, char **argv)
{
    struct ledger l;
    const char *path = NULL, *id = NULL;
    int64_t start = 0, count = INT64_MAX;
    bool tip_only = false, headers = false;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        tip_only |= c == 't';
        headers |= c == 'H';
        if (c == 'l')
            path = optarg;
        if (c == 's')
            start = cli_number("-s", optarg, 0, INT64_MAX);
        if (c == 'n')
            count = cli_number("-n", optarg, 0, INT64_MAX);
        if (c == 'b')
            id = optarg;
    }
    cli_operands(argc, argv, 0, 1);
    cli_open_ledger(&l, argv[optind] ? argv[optind] : path);
    if (tip_only) {
        struct node tip;
        find_tip(&l, id, &tip);
        print_block(&l, &tip, true);
    } else {
        print_chain(&l, id, start, count, headers);
    }
    ledger_close(&l);
    cli_exit(CLI_YES);
}
