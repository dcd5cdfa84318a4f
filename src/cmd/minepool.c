/* minepool: keeps the accounts of a mining pool: hands out tickets, collects shares, computes
 * payments. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "farm/mining_pool.h"
#include "farm/payout.h"
#include "farm/round.h"
#include "ledgercli/ledger.h"
#include "state/pay.h"
#include "work/choice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { OUT_MAX = 1 << 16, LAST_MAX = 1 << 20 };

#define RANGE_DEFAULT (INT64_C(1) << 32)

struct arguments {
    const char *names, *block, *ledger, *shares;
    int64_t range;
    int64_t count, cut, fee; /* -1: not given */
    bool standing, one;
    char **members;
    size_t members_count;
};

static const struct cli_option options[] = {
    {'r', "range", "NONCES", "nonces in a member's ticket (default: 4294967296)",
     CLI_NUMBER(struct arguments, range, 1, INT64_MAX)},
    {CLI_OPTION_NAMES(struct arguments, names)},
    {'b', "block", "ID", "only print the payments for this block",
     CLI_TEXT(struct arguments, block)},
    {'n', "count", "COUNT", "with -b: for the last COUNT shares (default: those of its round)",
     CLI_NUMBER(struct arguments, count, 1, LAST_MAX)},
    {'c', "cut", "PERCENT", "with -b: what the pool keeps (default: 0)",
     CLI_NUMBER(struct arguments, cut, 0, 100)},
    {'F', "fee", "AMOUNT", "with -b: the fee of each transaction (default: the least)",
     CLI_NUMBER(struct arguments, fee, 0, INT64_MAX)},
    {'o', "one", NULL, "with -b: for one transaction, a batch, whose fee all share",
     CLI_FLAG(struct arguments, one)},
    {'l', "ledger", "LEDGER", "with -b: the ledger (default: $LEDGER, else `ledger`)",
     CLI_TEXT(struct arguments, ledger)},
    {'s', "standing", NULL, "only print what every member has done",
     CLI_FLAG(struct arguments, standing)},
    {0},
};

static const struct cli program = {
    .name = "minepool",
    .operands = "SHARES [MEMBER]...",
    .about =
        "Hands out tickets to members, keeps the shares they send back, and computes payments.",
    .options = options,
};

/* A fault of the file of shares, or of something else. */
static _Noreturn void fail(const char *shares, const struct fault *f)
{
    cli_fail(f->line ? shares : NULL, f);
}

/* --- Shares in, tickets out ------------------------------------------------------------------- */

static void tell_used_up(void *self, const struct pool_member *m)
{
    (void)self;
    cli_warn("the nonces of %s are used up", account_text(&m->account).text);
}

/* Writes new shares to disk, and then prints the replies. */
static void settle(struct mining_pool *p)
{
    struct fault f;
    if (mining_pool_commit(p, &f))
        cli_fail(NULL, &f);
    cli_put(p->out.data, p->out.len);
    cli_flush();
    p->out.len = 0;
}

/* The exit status. */
static int take_all(struct mining_pool *p)
{
    struct line line;
    struct fault f;
    int got = 0, status = CLI_YES;
    struct lines *in = lines_new(source_fd(0), 1, 0);
    terminal_input("shares");
    cli_memory(!in);
    for (;;) {
        if (p->out.len >= OUT_MAX || !lines_ready(in))
            settle(p);
        if ((got = lines_next(in, &line, &f)) <= 0)
            break;
        if (mining_pool_take(p, &line, &f) == 0)
            continue;
        if (f.kind != FAULT_RULE)
            cli_fail(NULL, &f);
        cli_report("stdin", line.number, f.text);
        status = CLI_NO;
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(in);
    settle(p);
    return status;
}

static void add_member(struct pool_work *w, const struct book *book, const char *word)
{
    struct pool_member *m = &w->members[w->count];
    cli_account(book, word, &m->account);
    for (size_t i = 0; i < w->count; i++)
        if (account_equal(&w->members[i].account, &m->account))
            cli_die("%s is a member twice", word);
    w->count++;
}

static void find_members(struct pool_work *w, const struct arguments *a)
{
    const struct book *book = cli_book(a->names);
    if (a->members_count < 1 || a->members_count > POOL_WORK_MEMBERS)
        cli_die("give 1 to %d members", POOL_WORK_MEMBERS);
    w->members = calloc(a->members_count, sizeof *w->members);
    cli_memory(!w->members);
    for (size_t i = 0; i < a->members_count; i++)
        add_member(w, book, a->members[i]);
}

static int keep_pool(const struct arguments *a)
{
    struct mining_pool p = {.work.range = (uint64_t)a->range, .used_up = tell_used_up};
    struct fault f;
    find_members(&p.work, a);
    if (mining_pool_open(&p, a->shares, &f))
        fail(a->shares, &f);
    if (p.shares.torn)
        cli_warn("%s: %" PRIu64 " torn bytes removed", a->shares, p.shares.torn);
    int status = take_all(&p);
    mining_pool_close(&p);
    free(p.work.members);
    return status;
}

/* --- What every member has done --------------------------------------------------------------- */

static void print_standing(const struct arguments *a)
{
    struct tally t;
    struct fault f;
    if (round_read_all(a->shares, &t, &f))
        fail(a->shares, &f);
    for (struct earner *e = t.earners; e; e = e->hh.next) {
        char line[256];
        double work = 0;
        for (int i = 3; i >= 0; i--)
            work = work * 0x1p64 + (double)e->work.word[i];
        snprintf(line, sizeof line, "standing %s %" PRId64 " %.0f %" PRId64 " %.3f\n",
                 account_text(&e->account).text, e->shares, work, e->blocks, e->expected);
        cli_put_string(line);
    }
    tally_clear(&t);
}

/* --- Payments --------------------------------------------------------------------------------- */

/* Whether the best chain has this block, which is *b. 1, 0, or -1 and a fault. */
static int find_main(struct ledger *l, const uint8_t id[ID_LEN], struct index_block *b,
                     struct fault *f)
{
    struct node node;
    int found = tree_find(&l->tree, id, &node, f);
    if (found <= 0 || index_block(l->index, node.n, b, f))
        return found ? -1 : 0;
    return b->is_main;
}

static int is_main(void *self, const uint8_t id[ID_LEN], struct fault *f)
{
    struct index_block b;
    return find_main(self, id, &b, f);
}

/* The block that is paid for. */
static void find_block(struct ledger *l, const char *digits, struct index_block *b)
{
    struct node node;
    struct fault f;
    cli_find_block(l, digits, &node);
    int found = find_main(l, node.id, b, &f);
    if (found < 0)
        cli_ledger_fail(l, &f);
    if (found)
        return;
    cli_warn("%s is not on the best chain: it pays nothing", hex32(node.id).text);
    cli_exit(CLI_NO);
}

static void count_work(struct ledger *l, const struct arguments *a, const uint8_t id[ID_LEN],
                       struct tally *t)
{
    struct round round = {
        .last = a->count < 0 ? 0 : (size_t)a->count, .is_main = is_main, .self = l};
    struct fault f;
    memcpy(round.block, id, ID_LEN);
    int found = round_read(a->shares, &round, t, &f);
    if (found < 0)
        fail(a->shares, &f);
    if (found)
        return;
    cli_warn("%s: no share in it is block %s", a->shares, hex32(id).text);
    cli_exit(CLI_NO);
}

/* How many members there are to pay, at most: the pool itself is not paid. */
static size_t payees(const struct tally *t, const struct account *miner)
{
    size_t n = 0;
    for (const struct earner *e = t->earners; e; e = e->hh.next)
        n += !account_equal(&e->account, miner);
    return n;
}

/* The fees of so many payments, `most` in a transaction. */
static int64_t fees_of(const struct arguments *a, const struct ledger *l, const struct node *block,
                       size_t payments, size_t most)
{
    struct fault f;
    int64_t fees;
    if (payout_fees(&l->tree.rules, &block->miner, payments, most, a->fee, &fees, &f))
        cli_die("%s", f.text);
    return fees;
}

/* A member pays the fee of their own payment. One whose part is no more than the fee is not paid,
 * nor is the pool itself. Gives the total paid, fees included. */
static int64_t print_payments(const struct tally *t, const struct node *block, int64_t fee,
                              int64_t *payments)
{
    int64_t out = 0;
    for (struct earner *e = t->earners; e; e = e->hh.next) {
        char line[256];
        if (e->amount <= fee || account_equal(&e->account, &block->miner))
            continue;
        snprintf(line, sizeof line, "%s %s %" PRId64 " pool %" PRId64 "\n",
                 account_text(&block->miner).text, account_text(&e->account).text, e->amount - fee,
                 block->height);
        cli_put_string(line);
        out += e->amount;
        ++*payments;
    }
    return out;
}

static void pay(const struct arguments *a)
{
    struct ledger l;
    struct index_block block;
    struct tally t;
    struct fault f;
    int64_t payments = 0;
    cli_open_ledger(&l, a->ledger);
    if (!l.tree.anchor.seal->is_mined)
        cli_die("%s: 'rule seal %s': blocks of this chain are not mined, so no shares earn them",
                l.path, l.tree.anchor.seal->rules.name);
    find_block(&l, a->block, &block);
    count_work(&l, a, block.node.id, &t);
    int64_t earned = block.node.earned;
    int64_t cut = (int64_t)((__int128)earned * (a->cut < 0 ? 0 : a->cut) / 100);
    size_t members = payees(&t, &block.node.miner);
    int64_t fees = a->one ? fees_of(a, &l, &block.node, members, BATCH_MAX) : 0;
    int64_t fee = a->one ? 0 : fees_of(a, &l, &block.node, 1, 1);
    if (tally_divide(&t, earned - cut < fees ? 0 : earned - cut - fees, &f))
        cli_fail(NULL, &f);
    int64_t out = print_payments(&t, &block.node, fee, &payments);
    if (payments)
        out += fees;
    cli_warn("block %" PRId64 " earned %" PRId64 ": %" PRId64 " payments of %" PRId64
             " with their fees, %" PRId64 " stay",
             block.node.height, earned, payments, out, earned - out);
    tally_clear(&t);
    ledger_close(&l);
}

/* ---------------------------------------------------------------------------------------------- */

static void read_options(struct arguments *a, int argc, char **argv)
{
    char **operands = cli_options(&program, argc, argv, a);
    if (a->standing && a->block)
        cli_misuse("only one of -b and -s can be given");
    size_t count = cli_count_operands(operands, 1, a->standing || a->block ? 1 : -1);
    if (!a->block && (a->count >= 0 || a->cut >= 0 || a->fee >= 0 || a->one || a->ledger))
        cli_misuse("-n, -c, -F, -o and -l go with -b");
    a->shares = operands[0];
    a->members = operands + 1;
    a->members_count = count - 1;
}

int main(int argc, char **argv)
{
    struct arguments a = {.range = RANGE_DEFAULT, .count = -1, .cut = -1, .fee = -1};
    struct fault f;
    int status = CLI_YES;
    read_options(&a, argc, argv);
    if (mine_kernel_asked(&f))
        cli_die("%s", f.text);
    if (a.standing)
        print_standing(&a);
    else if (a.block)
        pay(&a);
    else
        status = keep_pool(&a);
    cli_exit(status);
}
