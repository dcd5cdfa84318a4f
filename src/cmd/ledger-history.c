/* ledger-history: the events of an account, with its balance after each. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "query/history.h"
#include "query/signed_history.h"

#include <stdio.h>
#include <string.h>

struct run {
    const char *ledger, *names, *block;
    bool verbose, member;
    struct history history;
};

static const struct cli_option options[] = {
    {CLI_OPTION_LEDGER(struct run, ledger)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "start", "HEIGHT", "begin at this height (default: 0)",
     CLI_NUMBER(struct run, history.from, 0, INT64_MAX)},
    {'e', "end", "HEIGHT", "end with this height (default: the last)",
     CLI_NUMBER(struct run, history.to, 0, INT64_MAX)},
    {'S', "since", "TIME", "only blocks from this time on (Unix seconds or a date)",
     CLI_TIME(struct run, history.since)},
    {'U', "until", "TIME", "only blocks up to this time", CLI_TIME(struct run, history.until)},
    {'n', "count", "COUNT", "at most so many lines for each account",
     CLI_NUMBER(struct run, history.count, 0, INT64_MAX)},
    {'r', "reverse", NULL, "newest first", CLI_FLAG(struct run, history.newest_first)},
    {'b', "block", "ID", "on the chain that ends at this block", CLI_TEXT(struct run, block)},
    {'m', "member", NULL, "print the votes and attests that it signed as a member instead",
     CLI_FLAG(struct run, member)},
    {'v', "verbose", NULL, "with another field: the line of the ledger",
     CLI_FLAG(struct run, verbose)},
    {0},
};

static const struct cli program = {
    .name = "ledger-history",
    .operands = "[LEDGER] NAME...",
    .about = "Prints the events of accounts, one a line, with the balance after each.",
    .options = options,
};

struct printer {
    struct account_text account;
    char block[2 * ID_LEN + 1];
    uint8_t block_id[ID_LEN]; /* the id whose digits those are */
    bool verbose, has_block;
    struct buf line;
};

static const char *const words[] = {
    [EVENT_GRANT] = "grant",   [EVENT_IN] = "in",           [EVENT_OUT] = "out",
    [EVENT_SELF] = "self",     [EVENT_SPONSOR] = "sponsor", [EVENT_REWARD] = "reward",
    [EVENT_STAKE] = "stake",   [EVENT_UNSTAKE] = "unstake", [EVENT_RETURN] = "return",
    [EVENT_ACCUSE] = "accuse", [EVENT_SLASH] = "slash",     [EVENT_OTHER] = "other"};

static void add(struct buf *b, const char *text, size_t n)
{
    cli_memory(buf_add(b, text, n) || buf_add(b, " ", 1));
}

static void add_number(struct buf *b, int64_t n)
{
    cli_memory(buf_add_number(b, n) || buf_add(b, " ", 1));
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
    bool is_tx = e->kind != EVENT_GRANT && e->kind != EVENT_REWARD && e->kind != EVENT_RETURN &&
                 e->kind != EVENT_OTHER;
    hex_encode(id, e->id, ID_LEN);
    add(b, is_tx ? id : "-", is_tx ? sizeof id : 1);
    add(b, words[e->kind], strlen(words[e->kind]));
    struct account_text other = {"-", 1};
    if (e->other)
        other = account_text(e->other);
    add(b, other.text, other.len);
}

static int print_event(void *self, const struct event *e, struct fault *f)
{
    struct printer *p = self;
    struct buf *b = &p->line;
    (void)f;
    b->len = 0;
    set_block(p, e);
    add(b, "event", 5);
    add(b, p->account.text, p->account.len);
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

static int print_signed(void *self, const struct signed_event *e, struct fault *f)
{
    struct printer *p = self;
    struct buf *b = &p->line;
    (void)f;
    b->len = 0;
    add(b, "signed", 6);
    add(b, p->account.text, p->account.len);
    add_number(b, e->height);
    add_number(b, e->time);
    add(b, hex32(e->block).text, 2 * ID_LEN);
    add(b, hex32(e->id).text, 2 * ID_LEN);
    add(b, e->is_vote ? "vote" : "attest", e->is_vote ? 4 : 6);
    add_number(b, e->about);
    add(b, hex32(e->about_id).text, 2 * ID_LEN);
    add_number(b, e->more);
    if (p->verbose)
        add_number(b, (int64_t)e->line);
    b->data[b->len - 1] = '\n';
    cli_put(b->data, b->len);
    return 0;
}

/* Looks every name up before anything is printed. Gives the number of lines printed. */
static int64_t print_all(struct ledger *l, struct run *r, char **operands)
{
    struct fault f = {0};
    struct history *h = &r->history;
    struct printer p = {.verbose = r->verbose};
    const struct book *book = cli_book(r->names);
    int64_t printed = 0;
    for (char **name = operands; *name; name++)
        cli_account(book, *name, &h->account);
    for (; *operands; operands++) {
        cli_account(book, *operands, &h->account);
        p.account = account_text(&h->account);
        int64_t n = r->member ? signed_history_each(l, h, print_signed, &p, &f)
                              : history_each(l, h, print_event, &p, &f);
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
    struct run r = {.history = {.to = INT64_MAX, .until = INT64_MAX, .count = INT64_MAX}};
    char **operands = cli_options(&program, argc, argv, &r);
    const char *path = cli_ledger_operand(&operands, r.ledger, r.names);
    if (!*operands)
        cli_misuse("NAME is missing");
    cli_open_ledger(&l, path);
    cli_find_tip(&l, r.block, &r.history.tip);
    int64_t printed = print_all(&l, &r, operands);
    ledger_close(&l);
    cli_exit(printed ? CLI_YES : CLI_NO);
}
