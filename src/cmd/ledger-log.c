/* ledger-log: the best chain for people, a line a block, the newest last. */
#include "base/date.h"
#include "base/hex.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "query/final.h"

#include <inttypes.h>
#include <stdio.h>

struct run {
    const char *ledger, *names;
    int64_t count;
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'n', "count", "COUNT", "only the last COUNT blocks",
     CLI_NUMBER(struct run, count, 0, INT64_MAX)},
    {0},
};

static const struct cli program = {
    .name = "ledger-log",
    .operands = "[LEDGER]",
    .about = "Prints a line for each block of the best chain, for people, newest last.",
    .options = options,
};

struct sums {
    int64_t count, amount; /* the number of transactions, and the amount that they moved */
};

static struct sums sums_of(const struct item *item)
{
    struct sums s = {0};
    struct move m;
    for (size_t i = 0; i < item->count; i++) {
        if (item->entries[i].type != &tx_type)
            continue;
        s.count++;
        for (size_t at = 0; tx_next_move(&item->entries[i].tx, &at, &m);)
            if (number_add(s.amount, m.amount, &s.amount))
                s.amount = INT64_MAX;
    }
    return s;
}

static void put_miner(const struct book *book, const struct node *node, char *out, size_t room)
{
    const char *name = book_name(book, &node->miner);
    if (node->height == 0)
        snprintf(out, room, "-");
    else if (name)
        snprintf(out, room, "%s", name);
    else
        snprintf(out, room, "%.8s", account_text(&node->miner).text);
}

/* How final the block is: the last column, on chains whose blocks become final. */
static const char *final_word(struct ledger *l, const struct node *node)
{
    static const char *const words[] = {" -", " justified", " final"};
    struct fault f = {0};
    enum final_status status;
    if (!final_is_possible(&l->tree))
        return "";
    if (final_status(&l->tree, node, &status, &f))
        cli_ledger_fail(l, &f);
    return words[status];
}

static void put_block(const struct book *book, const struct node *node, const struct item *item,
                      const char *final)
{
    char date[DATE_MAX], miner[TEXT_FORM_MAX + 1], line[TEXT_FORM_MAX + DATE_MAX + 128];
    struct sums s = sums_of(item);
    date_format(node->time, date);
    put_miner(book, node, miner, sizeof miner);
    snprintf(line, sizeof line, "%6" PRId64 " %.12s %s %-12s %5" PRId64 " %10" PRId64 "%s\n",
             node->height, hex32(node->id).text, date, miner, s.count, s.amount, final);
    cli_put_string(line);
}

static void log_block(struct ledger *l, const struct book *book, int64_t height, struct batch *b)
{
    struct fault f = {0};
    struct node node;
    cli_best_block(l, height, &node);
    if (ledger_read_item(l, &node, b, &f))
        cli_ledger_fail(l, &f);
    if (b->items[0].broken)
        cli_fail(l->path, &b->items[0].fault);
    put_block(book, &node, &b->items[0], final_word(l, &node));
}

int main(int argc, char **argv)
{
    struct ledger l;
    struct batch b = {0};
    struct run r = {.count = INT64_MAX};
    char **operands = cli_options(&program, argc, argv, &r);
    cli_count_operands(operands, 0, 1);
    const struct book *book = cli_book(r.names);
    cli_open_ledger(&l, *operands ? *operands : r.ledger);
    int64_t best = l.tree.best.height;
    for (int64_t height = r.count > best ? 0 : best + 1 - r.count; height <= best; height++)
        log_block(&l, book, height, &b);
    batch_free(&b);
    ledger_close(&l);
    cli_exit(CLI_YES);
}
