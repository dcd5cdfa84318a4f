/* txmake: writes unsigned transactions. */
#include "base/hex.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "ledgercli/ledger.h"
#include "mempool/pool.h"
#include "txcli/member_words.h"
#include "txcli/payments.h"
#include "txcli/replace.h"

#include <stdio.h>
#include <string.h>

struct run {
    const char *ledger_path, *pool_path, *names, *chain;
    int64_t fee, seq; /* -1: not given */
    const char *replace;
    const char *sponsor;
    struct member_words member;
    struct ledger ledger;
    struct pool pool;
    struct payments pay;
};

static const struct cli_option options[] = {
    {'f', "from", "FROM", "who pays; lines on stdin are then TO AMOUNT [MEMO]",
     CLI_TEXT(struct run, pay.from)},
    {'F', "fee", "AMOUNT", "the fee (default: the chain's minfee; 1 if no ledger is read)",
     CLI_NUMBER(struct run, fee, 0, INT64_MAX)},
    {CLI_OPTION_LEDGER(struct run, ledger_path)},
    {'p', "pool", "POOL", "count the transactions pending in this pool",
     CLI_TEXT(struct run, pool_path)},
    {'b', "batch", NULL,
     "one transaction for up to 256 payments in a row by one FROM, with one MEMO",
     CLI_FLAG(struct run, pay.batches)},
    {'S', "sponsor", "ACCOUNT", "who pays the fee in place of FROM", CLI_TEXT(struct run, sponsor)},
    {'t', "stake", "AMOUNT", "FROM stakes so much, in place of a payment",
     CLI_NUMBER(struct run, member.stake, 1, INT64_MAX)},
    {'u', "unstake", "AMOUNT", "FROM has so much less at stake",
     CLI_NUMBER(struct run, member.unstake, 1, INT64_MAX)},
    {'m', "admit", "ACCOUNT",
     "FROM, a member, wants ACCOUNT to have the weight that is the operand",
     CLI_TEXT(struct run, member.admit)},
    {'x', "accuse", "FILE", "FROM accuses who signed both of each two lines in FILE (-: stdin)",
     CLI_TEXT(struct run, member.accuse)},
    {'P', "policies", "FILE", "policies of FROM, besides those of the address book",
     CLI_TEXT(struct run, pay.writer.showing.policies)},
    {'y', "by", "BRANCH", "the branch of FROM's policy (default: the first that is open)",
     CLI_NUMBER(struct run, pay.writer.showing.branch, 0, POLICY_BRANCHES_MAX - 1)},
    {'i', "preimage", "FILE", "show the preimage in this file, for a branch with a hash lock",
     CLI_TEXT(struct run, pay.writer.showing.preimage)},
    {'R', "replace", "ID", "replace the one with this id in the pool: the same, with a higher fee",
     CLI_TEXT(struct run, replace)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "seq", "SEQ", "the first sequence number, instead of the ledger's",
     CLI_NUMBER(struct run, seq, 0, INT64_MAX)},
    {'c', "chain", "CHAIN", "the chain, instead of the ledger's; with -s, no ledger is read",
     CLI_TEXT(struct run, chain)},
    {'B', "break", "KIND",
     "forge: signature|sequence|amount|double-spend|other-chain|form|fee|replay|account|batch|"
     "sponsor|proof|early|accuse|any",
     CLI_TEXT(struct run, pay.writer.forgery.break_kind)},
    {'A', "answers", "FILE", "with -B: write which lines are forged, and how, to FILE",
     CLI_TEXT(struct run, pay.writer.forgery.answers_path)},
    {'r', "share", "PERCENT", "with -B: the share of the transactions to forge (default: 100)",
     CLI_NUMBER(struct run, pay.writer.forgery.share, 0, 100)},
    {'e', "seed", "SEED", "with -B: a number that determines the random choices",
     CLI_NUMBER(struct run, pay.writer.forgery.seed, 0, INT64_MAX)},
    {0},
};

static const struct cli program = {
    .name = "txmake",
    .operands = "[TO AMOUNT [MEMO] | WEIGHT]",
    .about = "Writes an unsigned transaction, or one for each line FROM TO AMOUNT [MEMO] on stdin.",
    .options = options,
    .number = "amount",
};

static void open_ledger(struct run *r)
{
    struct fault f = {0};
    cli_open_ledger(&r->ledger, r->ledger_path);
    r->pay.ledger = &r->ledger;
    memcpy(r->pay.common.chain, r->ledger.tree.genesis.id, ID_LEN);
    r->pay.common.fee = r->ledger.tree.rules.minfee;
    /* Updating the index may have left the tree on a side branch. */
    if (tree_move(&r->ledger.tree, &r->ledger.tree.best, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (!r->pool_path)
        return;
    pool_init(&r->pool, r->pool_path, &r->ledger, POOL_BYTES_DEFAULT);
    if (pool_load(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
}

static void read_chain(struct run *r)
{
    if (strlen(r->chain) != 2 * ID_LEN || hex_decode(r->pay.common.chain, r->chain, ID_LEN))
        cli_die("-c: '%.80s' is not 64 lowercase hex digits", r->chain);
}

static void set_up(struct run *r)
{
    struct payments *p = &r->pay;
    p->common.fee = 1;
    if (r->seq < 0 || !r->chain)
        open_ledger(r);
    const struct rules *rules = p->ledger ? &p->ledger->tree.rules : NULL;
    cli_memory(senders_open(&p->writer.senders, p->ledger, r->seq));
    if (r->sponsor) {
        p->common.has_sponsor = true;
        cli_account(p->book, r->sponsor, &p->common.sponsor);
    }
    p->writer.showing.height = p->ledger ? p->ledger->tree.best.height + 1 : -1;
    showing_open(&p->writer.showing, p->book);
    if (r->chain)
        read_chain(r);
    if (r->fee >= 0)
        p->common.fee = r->fee;
    else if (rules && rules->bytefee && !r->replace)
        p->writer.fees = rules;
    if (!r->chain)
        p->writer.allowed = rules;
    p->writer.only_pending = r->pool_path || r->seq >= 0;
    cli_forgery_open(&p->writer.forgery, p->ledger);
}

static int make_member_words(void *self, struct field words, struct fault *f)
{
    struct run *r = self;
    struct account from;
    cli_account(r->pay.book, r->pay.from, &from);
    return payments_put(&r->pay, &from, words, f);
}

/* -t, -u, -m, -x: what members do. */
static void check_member_words(struct run *r, char **operands)
{
    const struct cli_forgery *g = &r->pay.writer.forgery;
    bool forges = g->break_kind || g->answers_path || g->share >= 0 || g->seed >= 0;
    if (!r->pay.from)
        cli_misuse("-f FROM is missing: who does it");
    if (r->pay.batches || r->replace)
        cli_misuse("only one of -t, -u, -m, -x, -b and -R can be given");
    if (forges)
        cli_misuse("-B, -A, -r and -e forge payments: not with -t, -u, -m or -x");
    cli_member_words_check(&r->member, operands);
}

/* -R: the same payment with a higher fee. */
static void make_replacement(struct run *r)
{
    struct fault f = {0};
    struct tx tx;
    cli_replacement(&r->pool, r->replace, r->fee, &tx);
    if (cli_txwriter_put(&r->pay.writer, tx, tx_field(&tx, tx.words), &f))
        cli_fail(NULL, &f);
}

/* -R takes everything else from the pool. */
static void check_replacement(struct run *r, bool has_operands)
{
    const struct payments *p = &r->pay;
    const struct showing *showing = &p->writer.showing;
    if (has_operands || p->from || r->seq >= 0 || r->chain || p->writer.forgery.break_kind ||
        p->batches || r->sponsor || showing->policies || showing->preimage || showing->branch >= 0)
        cli_misuse("-R takes payee, amount and memo from the pool: only -F, -l and -p go with it");
    r->pool_path = r->pool_path ? r->pool_path : "pool";
}

static void check_payments(struct run *r, char **operands)
{
    if (r->replace)
        check_replacement(r, *operands);
    if (*operands && !r->pay.from)
        cli_misuse("-f FROM is missing: who pays");
    cli_count_operands(operands, *operands ? 2 : 0, 3);
}

int main(int argc, char **argv)
{
    int status = CLI_YES;
    struct run r = {.fee = -1,
                    .seq = -1,
                    .pay.writer.showing.branch = -1,
                    .pay.writer.forgery = {.share = -1, .seed = -1}};
    char **operands = cli_options(&program, argc, argv, &r);
    bool of_members = member_words_count(&r.member) > 0;
    if (of_members)
        check_member_words(&r, operands);
    else
        check_payments(&r, operands);
    r.pay.book = cli_book(r.names);
    if (*operands && !of_members)
        payments_check(&r.pay, operands);
    set_up(&r);
    if (of_members)
        cli_member_words_make(&r.member, r.pay.book, make_member_words, &r);
    else if (r.replace)
        make_replacement(&r);
    else if (*operands)
        payments_make_one(&r.pay, operands);
    else
        status = payments_make_lines(&r.pay) ? CLI_YES : CLI_NO;
    if (r.pool_path && r.pay.ledger)
        pool_free(&r.pool);
    payments_free(&r.pay);
    if (r.pay.ledger)
        ledger_close(&r.ledger);
    cli_exit(status);
}
