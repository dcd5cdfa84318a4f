/* minepool: keeps the accounts of a mining pool: hands out tickets, collects shares, computes
 * payments. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/terminal.h"
#include "farm/pool_work.h"
#include "farm/shares.h"
#include "farm/tally.h"
#include "ledgercli/ledger.h"
#include "work/choice.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAITING_MAX = 1 << 16, LAST_MAX = 1 << 20 };

#define RANGE_DEFAULT (INT64_C(1) << 32)

static const struct cli_option options[] = {
    {'r', "range", "NONCES", "nonces in a member's ticket (default: 4294967296)"},
    {'a', "names", "FILE", "the address book"},
    {'b', "block", "ID", "only print the payments for this block"},
    {'n', "count", "COUNT", "with -b: for the last COUNT shares (default: those of its round)"},
    {'c', "cut", "PERCENT", "with -b: what the pool keeps (default: 0)"},
    {'F', "fee", "AMOUNT", "with -b: the fee of each payment (default: the chain's minfee)"},
    {'l', "ledger", "LEDGER", "with -b: the ledger (default: $LEDGER, else `ledger`)"},
    {'s', "standing", NULL, "only print what every member has done"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "minepool",
    .operands = "SHARES [MEMBER]...",
    .about =
        "Hands out tickets to members, keeps the shares they send back, and computes payments.",
    .options = options,
};

struct arguments {
    const char *names, *block, *ledger, *fee, *shares;
    int64_t range, count, cut; /* -1: not given */
    bool standing;
    char **members;
    int members_count;
};

/* --- Shares in, tickets out ------------------------------------------------------------------- */

struct pool {
    struct pool_work work;
    struct shares shares;
    struct buf out;   /* what is printed once the shares are safe on disk */
    int64_t height;   /* the greatest height in the file */
    uint64_t highest; /* where its first share of that height begins */
    int status;
};

static void refuse(struct pool *p, uint64_t line, const struct fault *f)
{
    if (f->kind != FAULT_RULE)
        cli_fail(NULL, f);
    cli_report("stdin", line, f->text);
    p->status = CLI_NO;
}

static void end_line(struct pool *p)
{
    cli_memory(buf_add_string(&p->out, "\n"));
}

static int note_height(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct pool *p = self;
    (void)f;
    if (s->block.height > p->height) {
        p->height = s->block.height;
        p->highest = offset;
    }
    return 0;
}

static int recall(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct pool *p = self;
    (void)offset;
    return pool_work_recall(&p->work, s, f);
}

static void put_ticket(struct pool *p, size_t member)
{
    struct ticket t;
    if (!pool_work_ticket(&p->work, member, &t)) {
        if (!p->work.over)
            cli_warn("the nonces of %s are used up", hex32(p->work.members[member].account).text);
        return;
    }
    cli_memory(ticket_format(&t, &p->out));
    end_line(p);
}

/* Writes new shares to disk, and then prints the replies. */
static void settle(struct pool *p)
{
    struct fault f;
    if (shares_commit(&p->shares, &f))
        cli_fail(NULL, &f);
    cli_put(p->out.data, p->out.len);
    cli_flush();
    p->out.len = 0;
}

static int take_ticket(struct pool *p, const struct line *line, struct fault *f)
{
    struct ticket t;
    int new = ticket_parse(line->text, line->len, &t, f);
    if (!new)
        new = pool_work_begin(&p->work, &t, f);
    if (new <= 0)
        return new;
    settle(p);
    if (t.block.height <= p->height &&
        shares_again(&p->shares, t.block.height == p->height ? p->highest : 0, recall, p, f))
        cli_fail(p->shares.file.path, f);
    for (size_t i = 0; i < p->work.count; i++)
        put_ticket(p, i);
    return 0;
}

static void put_block(struct pool *p, const struct field *header)
{
    cli_memory(buf_add(&p->out, header->text, header->len));
    end_line(p);
}

/* Keeps a valid share, and says so. */
static void keep(struct pool *p, const struct share *s)
{
    uint64_t at = p->shares.file.end + p->shares.added.len;
    cli_memory(shares_add(&p->shares, s) || share_format(s, &p->out));
    end_line(p);
    if (s->block.height > p->height) {
        p->height = s->block.height;
        p->highest = at;
    }
}

static int take_counted(struct pool *p, const struct share *s, struct fault *f)
{
    bool is_block = false;
    if (pool_work_share(&p->work, s, &is_block, f))
        return -1;
    keep(p, s);
    if (is_block)
        put_block(p, &s->header);
    return 0;
}

static int take_share(struct pool *p, const struct line *line, struct fault *f)
{
    struct share s;
    return share_parse(line->text, line->len, &s, f) ? -1 : take_counted(p, &s, f);
}

/* The share of a found block usually arrived before it; if not, the block counts as one. */
static int take_block(struct pool *p, const struct line *line, struct fault *f)
{
    struct block b;
    struct share s;
    struct field header = {line->text, line->len};
    if (block_parse(line->text, line->len, &b, f))
        return -1;
    return pool_work_block(&p->work, &b, &header, &s) ? take_counted(p, &s, f) : 0;
}

static int take_withheld(struct pool *p, uint64_t nonce, struct fault *f)
{
    struct share s;
    struct buf header = {0};
    char seal[SEAL_DIGITS];
    struct fault why = *f;
    if (pool_work_withheld(&p->work, nonce, seal, &s, f))
        return -1;
    cli_memory(unsealed_seal(&p->work.header, nonce, &header));
    keep(p, &s);
    put_block(p, &(struct field){header.data, header.len});
    buf_free(&header);
    *f = why;
    return -1; /* not printed yet */
}

static int take_receipt(struct pool *p, const struct line *line, struct fault *f)
{
    struct receipt r;
    size_t member;
    if (receipt_parse(line->text, line->len, &r, f))
        return -1;
    int verdict = pool_work_receipt(&p->work, &r, &member, f);
    if (verdict == POOL_WORK_DONE || verdict == POOL_WORK_UNSENT)
        put_ticket(p, member);
    if (verdict == POOL_WORK_WITHHELD)
        return take_withheld(p, r.best, f);
    return verdict == POOL_WORK_OLD || verdict == POOL_WORK_DONE ? 0 : -1;
}

static void take_line(struct pool *p, const struct line *line)
{
    struct fault f = {0};
    int result = line_form(line, &f);
    if (!result && line_is(line->text, line->len, "ticket"))
        result = take_ticket(p, line, &f);
    else if (!result && line_is(line->text, line->len, "share"))
        result = take_share(p, line, &f);
    else if (!result && line_is(line->text, line->len, "block"))
        result = take_block(p, line, &f);
    else if (!result && line_is(line->text, line->len, "exhausted"))
        result = take_receipt(p, line, &f);
    else if (!result)
        result = fault_rule(&f, "neither a ticket, a share, a block nor a receipt");
    if (result)
        refuse(p, line->number, &f);
}

static void take_all(struct pool *p)
{
    struct line line;
    struct fault f;
    int got = 0;
    struct lines *in = lines_new(source_fd(0), 1, 0);
    terminal_input("shares");
    cli_memory(!in);
    for (;;) {
        if (p->out.len >= WAITING_MAX || !lines_ready(in))
            settle(p);
        if ((got = lines_next(in, &line, &f)) <= 0)
            break;
        take_line(p, &line);
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(in);
    settle(p);
}

static void add_member(struct pool_work *w, const struct book *book, const char *word)
{
    struct member *m = &w->members[w->count];
    cli_account(book, word, m->account);
    for (size_t i = 0; i < w->count; i++)
        if (memcmp(w->members[i].account, m->account, ID_LEN) == 0)
            cli_die("%s is a member twice", word);
    w->count++;
}

static void find_members(struct pool_work *w, const struct arguments *a)
{
    const struct book *book = cli_book(a->names);
    if (a->members_count < 1 || a->members_count > POOL_WORK_MEMBERS)
        cli_die("give 1 to %d members", POOL_WORK_MEMBERS);
    w->members = calloc((size_t)a->members_count, sizeof *w->members);
    cli_memory(!w->members);
    for (int i = 0; i < a->members_count; i++)
        add_member(w, book, a->members[i]);
}

static int keep_pool(const struct arguments *a)
{
    struct pool p = {.status = CLI_YES, .height = -1};
    struct fault f;
    find_members(&p.work, a);
    p.work.range = (uint64_t)(a->range < 0 ? RANGE_DEFAULT : a->range);
    if (shares_open(&p.shares, a->shares, note_height, &p, &f))
        cli_fail(f.line ? a->shares : NULL, &f);
    if (p.shares.torn)
        cli_warn("%s: %" PRIu64 " torn bytes removed", a->shares, p.shares.torn);
    take_all(&p);
    shares_close(&p.shares);
    pool_work_free(&p.work);
    free(p.work.members);
    buf_free(&p.out);
    return p.status;
}

/* --- What every member has done --------------------------------------------------------------- */

static int add_standing(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct tally *t = self;
    uint8_t id[ID_LEN];
    bool is_block;
    (void)offset;
    if (share_judge(s, id, &is_block, f) || tally_add(t, s->worker, share_work(s), f))
        return -1;
    struct earner *e = tally_earner(t, s->worker);
    e->blocks += is_block;
    e->expected += share_expected(s);
    return 0;
}

static void print_standing(const struct arguments *a)
{
    struct tally t = {0};
    struct fault f;
    if (shares_read(a->shares, add_standing, &t, &f))
        cli_fail(f.line ? a->shares : NULL, &f);
    tally_sort(&t);
    for (struct earner *e = t.earners; e; e = e->hh.next) {
        char line[256];
        double work = 0;
        for (int i = 3; i >= 0; i--)
            work = work * 0x1p64 + (double)e->work.word[i];
        snprintf(line, sizeof line, "standing %s %" PRId64 " %.0f %" PRId64 " %.3f\n",
                 hex32(e->account).text, e->shares, work, e->blocks, e->expected);
        cli_put_string(line);
    }
    tally_clear(&t);
}

/* --- Payments --------------------------------------------------------------------------------- */

/* One of the last so many shares. */
struct counted {
    uint8_t account[ID_LEN];
    struct u256 work;
};

struct payout {
    struct ledger ledger;
    struct index_block block; /* the block that is paid for */
    struct tally tally;
    struct counted *last; /* a ring, if shares from before the round count */
    size_t last_count, last_cap;
    bool found;
};

/* Whether the best chain has this block, and its height. */
static bool is_main(struct payout *p, const uint8_t id[ID_LEN], struct index_block *b)
{
    struct fault f;
    struct node node;
    int found = tree_find(&p->ledger.tree, id, &node, &f);
    if (found < 0 || (found && index_block(p->ledger.index, node.n, b, &f)))
        cli_ledger_fail(&p->ledger, &f);
    return found && b->is_main;
}

static void find_block(struct payout *p, const char *digits)
{
    struct node node;
    cli_find_block(&p->ledger, digits, &node);
    if (is_main(p, node.id, &p->block))
        return;
    cli_warn("%s is not on the best chain: it pays nothing", hex32(node.id).text);
    cli_exit(CLI_NO);
}

static int count(struct payout *p, const struct share *s, struct fault *f)
{
    if (!p->last_cap)
        return tally_add(&p->tally, s->worker, share_work(s), f);
    struct counted *c = &p->last[p->last_count++ % p->last_cap];
    memcpy(c->account, s->worker, ID_LEN);
    c->work = share_work(s);
    return 0;
}

/* A round ends with a block of the pool's on the best chain: work for one that is not on it counts
 * for the next that is. */
static int add_to_round(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct payout *p = self;
    struct index_block b;
    uint8_t id[ID_LEN];
    bool is_block;
    (void)offset;
    if (share_judge(s, id, &is_block, f) || count(p, s, f))
        return -1;
    if (!is_block)
        return 0;
    p->found = memcmp(id, p->block.node.id, ID_LEN) == 0;
    if (!p->found && is_main(p, id, &b))
        tally_clear(&p->tally);
    return p->found;
}

static void tally_last(struct payout *p)
{
    struct fault f;
    size_t n = p->last_count < p->last_cap ? p->last_count : p->last_cap;
    for (size_t i = 0; i < n; i++)
        if (tally_add(&p->tally, p->last[i].account, p->last[i].work, &f))
            cli_fail(NULL, &f);
}

static void read_shares(struct payout *p, const struct arguments *a)
{
    struct fault f;
    if (a->count > 0) {
        p->last_cap = (size_t)a->count;
        p->last = calloc(p->last_cap, sizeof *p->last);
        cli_memory(!p->last);
    }
    if (shares_read(a->shares, add_to_round, p, &f) < 0)
        cli_fail(f.line ? a->shares : NULL, &f);
    if (!p->found) {
        cli_warn("%s: no share in it is block %s", a->shares, hex32(p->block.node.id).text);
        cli_exit(CLI_NO);
    }
    tally_last(p);
}

/* A member pays the fee of their own payment. One whose part is no more than the fee is not paid,
 * nor is the pool itself. Gives the total paid, fees included. */
static int64_t print_payments(struct payout *p, int64_t fee, int64_t *payments)
{
    const struct node *block = &p->block.node;
    int64_t out = 0;
    for (struct earner *e = p->tally.earners; e; e = e->hh.next) {
        char line[256];
        if (e->amount <= fee || memcmp(e->account, block->miner, ID_LEN) == 0)
            continue;
        snprintf(line, sizeof line, "%s %s %" PRId64 " pool %" PRId64 "\n",
                 hex32(block->miner).text, hex32(e->account).text, e->amount - fee, block->height);
        cli_put_string(line);
        out += e->amount;
        ++*payments;
    }
    return out;
}

static void pay(const struct arguments *a)
{
    struct payout p = {0};
    struct fault f;
    int64_t payments = 0;
    cli_open_ledger(&p.ledger, a->ledger);
    find_block(&p, a->block);
    read_shares(&p, a);
    int64_t earned = p.block.earned, fee = p.ledger.tree.rules.minfee;
    if (a->fee)
        fee = cli_number("-F", a->fee, 0, INT64_MAX);
    int64_t cut = (int64_t)((__int128)earned * (a->cut < 0 ? 0 : a->cut) / 100);
    if (tally_divide(&p.tally, earned - cut, &f))
        cli_fail(NULL, &f);
    int64_t out = print_payments(&p, fee, &payments);
    cli_warn("block %" PRId64 " earned %" PRId64 ": %" PRId64 " payments of %" PRId64
             " with their fees, %" PRId64 " stay",
             p.block.node.height, earned, payments, out, earned - out);
    tally_clear(&p.tally);
    free(p.last);
    ledger_close(&p.ledger);
}

/* ---------------------------------------------------------------------------------------------- */

static void read_options(struct arguments *a, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        const struct cli_value values[] = {
            {'a', &a->names}, {'b', &a->block}, {'F', &a->fee}, {'l', &a->ledger}, {0, NULL}};
        if (c == 's')
            a->standing = true;
        else if (c == 'r')
            a->range = cli_number("-r", optarg, 1, INT64_MAX);
        else if (c == 'n')
            a->count = cli_number("-n", optarg, 1, LAST_MAX);
        else if (c == 'c')
            a->cut = cli_number("-c", optarg, 0, 100);
        else
            cli_take(values, c);
    }
    if (a->standing && a->block)
        cli_misuse("-s and -b exclude each other: give one");
    cli_operands(argc, argv, 1, a->standing || a->block ? 1 : -1);
    if (!a->block && (a->count >= 0 || a->cut >= 0 || a->fee || a->ledger))
        cli_die("-n, -c, -F and -l go with -b");
    a->shares = argv[optind];
    a->members = argv + optind + 1;
    a->members_count = argc - optind - 1;
}

int main(int argc, char **argv)
{
    struct arguments a = {.range = -1, .count = -1, .cut = -1};
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
