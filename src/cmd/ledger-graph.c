/* ledger-graph: the tree of a ledger's blocks as DOT, for Graphviz to draw. */
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "export/dot.h"
#include "ledgercli/ledger.h"

#include <inttypes.h>

/* Pictures of more than so many blocks are folded: each row of at least so many becomes one. */
enum { FOLD_ABOVE = 30, RUN_LEAST = 3 };

struct run {
    /* Options: */
    const char *path, *names;
    int64_t start, count; /* heights; -1: not given */
    bool no_fold, left_to_right;

    struct ledger ledger;
    const struct book *book;
    struct graph graph;
    int64_t end; /* the window's, from start on */
    struct buf out;
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, path)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "start", "HEIGHT", "begin at this height", CLI_NUMBER(struct run, start, 0, INT64_MAX)},
    {'n', "count", "COUNT", "the number of heights; without -s, the last ones",
     CLI_NUMBER(struct run, count, 1, INT64_MAX)},
    {'F', "no-fold", NULL, "draw every block: do not fold rows of blocks into one",
     CLI_FLAG(struct run, no_fold)},
    {'r', "left-to-right", NULL, "draw the chain from left to right, not from top to bottom",
     CLI_FLAG(struct run, left_to_right)},
    {0},
};

static const struct cli program = {
    .name = "ledger-graph",
    .operands = "[LEDGER]",
    .about = "Prints the tree of blocks, including side branches, as DOT for Graphviz.",
    .options = options,
};

/* Prints what was appended, so that memory does not grow with the picture; exits after a fault. */
static void print(struct run *r, int status, struct fault *f)
{
    if (status)
        cli_ledger_fail(&r->ledger, f);
    cli_put(r->out.data, r->out.len);
    r->out.len = 0;
}

static void print_graph(struct run *r)
{
    struct fault f = {0};
    struct dot d = {
        .tree = &r->ledger.tree,
        .graph = &r->graph,
        .book = r->book,
        .start = r->start,
        .end = r->end,
        .left_to_right = r->left_to_right,
    };
    print(r, dot_begin(&d, &r->out, &f), &f);
    for (size_t i = 0; i < r->graph.count; i++)
        print(r, dot_block(&d, &r->graph.list[i], &r->out, &f), &f);
    print(r, dot_end(&d, &r->out, &f), &f);
    buf_free(&r->out);
}

/* The window: so many heights from -s on, or the last ones. */
static void choose_window(struct run *r)
{
    int64_t best = r->ledger.tree.best.height;
    int64_t count = r->count < 0 ? INT64_MAX : r->count;
    bool from = r->start >= 0;
    if (!from)
        r->start = count > best ? 0 : best + 1 - count;
    r->end = from && count < INT64_MAX - r->start ? r->start + count : INT64_MAX;
    if (r->start > best) {
        cli_warn("%s: its height is %" PRId64, r->ledger.path, best);
        cli_exit(CLI_NO);
    }
}

int main(int argc, char **argv)
{
    struct run r = {.start = -1, .count = -1};
    struct fault f = {0};
    char **operands = cli_options(&program, argc, argv, &r);
    if (cli_count_operands(operands, 0, 1))
        r.path = operands[0];
    r.book = cli_book(r.names);
    cli_open_ledger(&r.ledger, r.path);
    choose_window(&r);
    if (graph_read(&r.graph, &r.ledger, r.start, r.end, &f))
        cli_ledger_fail(&r.ledger, &f);
    if (!r.no_fold && r.graph.count > FOLD_ABOVE)
        graph_fold(&r.graph, RUN_LEAST);
    print_graph(&r);
    graph_free(&r.graph);
    ledger_close(&r.ledger);
    cli_exit(CLI_YES);
}
