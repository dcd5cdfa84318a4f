/* ledger-history: the events of an account, with its balance after each. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "ledgercli/ledger.h"
#include "query/history.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct cli_option options[] = {
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'a', "names", "FILE", "the address book"},
    {'s', "start", "HEIGHT", "begin at this height (default: 0)"},
    {'e', "end", "HEIGHT", "end with this height (default: the last)"},
    {'S', "since", "TIME", "only blocks from this time on (Unix seconds or a date)"},
    {'U', "until", "TIME", "only blocks up to this time"},
    {'n', "count", "COUNT", "at most so many lines for each account"},
    {'r', "reverse", NULL, "newest first"},
    {'b', "block", "ID", "on the chain that ends at this block"},
    {'v', "verbose", NULL, "with another field: the line of the ledger"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "ledger-history",
    .operands = "[LEDGER] NAME...",
    .about = "Prints the events of accounts, one a line, with the balance after each.",
    .options = options,
};

struct printer {
    char account[2 * ID_LEN + 1], block[2 * ID_LEN + 1];
    uint8_t block_id[ID_LEN]; /* the id whose digits those are */
    bool verbose, has_block;
    struct buf line;
};

static const char *const words[] = {[EVENT_GRANT] = "grant",
                                    [EVENT_IN] = "in",
                                    [EVENT_OUT] = "out",
                                    [EVENT_SELF] = "self",
                                    [EVENT_REWARD] = "reward"};

static void add(struct buf *b, const char *text, size_t n)
{
    if (buf_add(b, text, n) || buf_add(b, " ", 1))
        cli_die("out of memory");
}

static void add_number(struct buf *b, int64_t n)
{
    if (buf_add_number(b, n) || buf_add(b, " ", 1))
        cli_die("out of memory");
}

/* Successive events are often in the same block. */
static void set_block(struct printer *p, const struct event *e)
{
    if (p->has_block && memcmp(p->block_id, e->block_id, ID_LEN) == 0)
        return;
    p->has_block = true;
    memcpy(p->block_id, e->block_id, ID_LEN);
    hex_encode(p->block, e->block_id, ID_LEN);
}

static void add_tx(struct buf *b, const struct event *e)
{
    char id[2 * ID_LEN];
    if (e->other.len == 0) {
        add(b, "-", 1);
        add(b, words[e->kind], strlen(words[e->kind]));
        add(b, "-", 1);
        return;
    }
    hex_encode(id, e->id, ID_LEN);
    add(b, id, sizeof id);
    add(b, words[e->kind], strlen(words[e->kind]));
    add(b, e->other.text, e->other.len);
}

static int print_event(void *self, const struct event *e, struct fault *f)
{
    struct printer *p = self;
    struct buf *b = &p->line;
    (void)f;
    b->len = 0;
    set_block(p, e);
    add(b, "event", 5);
    add(b, p->account, 2 * ID_LEN);
    add_number(b, e->block->height);
    add_number(b, e->block->time);
    add(b, p->block, 2 * ID_LEN);
    add_tx(b, e);
    add_number(b, e->amount);
    add_number(b, e->fee);
    add_number(b, e->balance);
    add(b, e->memo.len ? e->memo.text : "-", e->memo.len ? e->memo.len : 1);
    if (p->verbose)
        add_number(b, (int64_t)e->line);
    b->data[b->len - 1] = '\n';
    cli_put(b->data, b->len);
    return 0;
}

/* The block that -b names, or else the best tip. */
static void find_tip(struct ledger *l, const char *id, struct node *tip)
{
    *tip = l->tree.best;
    if (id)
        cli_find_block(l, id, tip);
}

/* Looks every name up before anything is printed. Gives the number of lines printed. */
static int64_t print_all(struct ledger *l, struct history *h, const char *names, char **operands,
                         bool verbose)
{
    struct fault f = {0};
    struct printer p = {.verbose = verbose};
    const struct book *book = cli_book(names);
    int64_t printed = 0;
    for (char **name = operands; *name; name++)
        cli_account(book, *name, h->account);
    for (; *operands; operands++) {
        cli_account(book, *operands, h->account);
        hex_encode(p.account, h->account, ID_LEN);
        int64_t n = history_each(l, h, print_event, &p, &f);
        if (n < 0)
            cli_ledger_fail(l, &f);
        printed |= n;
    }
    buf_free(&p.line);
    return printed;
}

int main(int argc, char **argv)
{
    struct ledger l;
    struct history h = {.to = INT64_MAX, .until = INT64_MAX, .count = INT64_MAX};
    const char *path = NULL, *names = NULL, *id = NULL;
    bool verbose = false;
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        h.newest_first |= c == 'r';
        verbose |= c == 'v';
        if (c == 'l')
            path = optarg;
        if (c == 'a')
            names = optarg;
        if (c == 's')
            h.from = cli_number("-s", optarg, 0, INT64_MAX);
        if (c == 'e')
            h.to = cli_number("-e", optarg, 0, INT64_MAX);
        if (c == 'S')
            h.since = cli_time("-S", optarg);
        if (c == 'U')
            h.until = cli_time("-U", optarg);
        if (c == 'n')
            h.count = cli_number("-n", optarg, 0, INT64_MAX);
        if (c == 'b')
            id = optarg;
    }
    char **operands = cli_operands(argc, argv, 0, -1);
    path = cli_ledger_operand(&operands, path, names);
    if (!*operands)
        cli_misuse("NAME is missing");
    cli_open_ledger(&l, path);
    find_tip(&l, id, &h.tip);
    int64_t printed = print_all(&l, &h, names, operands, verbose);
    ledger_close(&l);
    cli_exit(printed ? CLI_YES : CLI_NO);
}
