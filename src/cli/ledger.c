#include "cli/ledger.h"

#include "cli/cli.h"

void cli_ledger_fail(const struct ledger *l, const struct fault *f)
{
    cli_fail(f->line ? l->path : NULL, f);
}

void cli_open_ledger(struct ledger *l, const char *option)
{
    struct fault f = {0};
    const char *path = cli_ledger(option);
    if (ledger_open(l, path, &f))
        cli_fail(f.line ? path : NULL, &f);
    if (l->has_tail)
        cli_report(path, l->tail.line, "left out from here on: no whole valid block follows");
}

void cli_find_block(struct ledger *l, const char *digits, struct node *node)
{
    struct fault f = {0};
    int found = ledger_named(l, digits, node, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (!found) {
        cli_warn("%s: no block %s", l->path, digits);
        cli_exit(CLI_NO);
    }
}
