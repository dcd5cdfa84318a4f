/* txmake: writes unsigned transactions. */
#include "base/hex.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/payment.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "mempool/pool.h"
#include "state/pay.h"
#include "txcli/batching.h"
#include "txcli/member_words.h"
#include "txcli/replace.h"
#include "txcli/txwriter.h"

#include <stdio.h>
#include <string.h>

struct run {
    const char *from, *ledger_path, *pool_path, *names, *chain;
    int64_t fee, seq; /* -1: not given */
    const char *replace;
    const struct book *book;
    const char *sponsor;
    struct member_words member;
    bool batches; /* -b */
    bool has_ledger;
    struct ledger ledger;
    struct pool pool;
    struct tx common; /* the chain's id, the fee, and the sponsor */
    struct batching batch;
    struct cli_txwriter writer;
    int status;
};

static const struct cli_option options[] = {
    {'f', "from", "FROM", "who pays; lines on stdin are then TO AMOUNT [MEMO]",
     CLI_TEXT(struct run, from)},
    {'F', "fee", "AMOUNT", "the fee (default: the chain's minfee; 1 if no ledger is read)",
     CLI_NUMBER(struct run, fee, 0, INT64_MAX)},
    {CLI_OPTION_LEDGER(struct run, ledger_path)},
    {'p', "pool", "POOL", "count the transactions pending in this pool",
     CLI_TEXT(struct run, pool_path)},
    {'b', "batch", NULL,
     "one transaction for up to 256 payments in a row by one FROM, with one MEMO",
     CLI_FLAG(struct run, batches)},
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
     CLI_TEXT(struct run, writer.showing.policies)},
    {'y', "by", "BRANCH", "the branch of FROM's policy (default: the first that is open)",
     CLI_NUMBER(struct run, writer.showing.branch, 0, POLICY_BRANCHES_MAX - 1)},
    {'i', "preimage", "FILE", "show the preimage in this file, for a branch with a hash lock",
     CLI_TEXT(struct run, writer.showing.preimage)},
    {'R', "replace", "ID", "replace the one with this id in the pool: the same, with a higher fee",
     CLI_TEXT(struct run, replace)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "seq", "SEQ", "the first sequence number, instead of the ledger's",
     CLI_NUMBER(struct run, seq, 0, INT64_MAX)},
    {'c', "chain", "ID", "the chain, instead of the ledger's; with -s, no ledger is read",
     CLI_TEXT(struct run, chain)},
    {'B', "break", "KIND",
     "forge: signature|sequence|amount|double-spend|other-chain|form|fee|replay|account|batch|"
     "sponsor|proof|early|accuse|any",
     CLI_TEXT(struct run, writer.forgery.break_kind)},
    {'A', "answers", "FILE", "with -B: write which lines are forged, and how, to FILE",
     CLI_TEXT(struct run, writer.forgery.answers_path)},
    {'r', "share", "PERCENT", "with -B: the share of the transactions to forge (default: 100)",
     CLI_NUMBER(struct run, writer.forgery.share, 0, 100)},
    {'e', "seed", "SEED", "with -B: a number that determines the random choices",
     CLI_NUMBER(struct run, writer.forgery.seed, 0, INT64_MAX)},
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
    r->has_ledger = true;
    memcpy(r->common.chain, r->ledger.tree.genesis.id, ID_LEN);
    r->common.fee = r->ledger.tree.rules.minfee;
    /* Updating the index may have left the tree on a side branch. */
    if (tree_move(&r->ledger.tree, &r->ledger.tree.best, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (!r->pool_path)
        return;
    pool_init(&r->pool, r->pool_path, &r->ledger, POOL_BYTES_DEFAULT);
    if (pool_load(&r->pool, &f))
        cli_ledger_fail(&r->ledger, &f);
}

static void set_up(struct run *r)
{
    r->common.fee = 1;
    if (r->seq < 0 || !r->chain)
        open_ledger(r);
    cli_memory(senders_open(&r->writer.senders, r->has_ledger ? &r->ledger : NULL, r->seq));
    if (r->sponsor) {
        r->common.has_sponsor = true;
        cli_account(r->book, r->sponsor, &r->common.sponsor);
    }
    r->writer.showing.height = r->has_ledger ? r->ledger.tree.best.height + 1 : -1;
    showing_open(&r->writer.showing, r->book);
    if (r->chain &&
        (strlen(r->chain) != 2 * ID_LEN || hex_decode(r->common.chain, r->chain, ID_LEN)))
        cli_die("-c: '%.80s' is not 64 lowercase hex digits", r->chain);
    if (r->fee >= 0)
        r->common.fee = r->fee;
    else if (r->has_ledger && r->ledger.tree.rules.bytefee && !r->replace)
        r->writer.fees = &r->ledger.tree.rules;
    if (r->has_ledger && !r->chain)
        r->writer.allowed = &r->ledger.tree.rules;
    r->writer.only_pending = r->pool_path || r->seq >= 0;
    cli_forgery_open(&r->writer.forgery, r->has_ledger ? &r->ledger : NULL);
}

/* --- Payments --------------------------------------------------------------------------------- */

static int make_words(struct run *r, const struct account *from, struct field words,
                      struct fault *f)
{
    struct tx tx = r->common;
    tx.from = *from;
    if (tx.has_sponsor && account_equal(&tx.sponsor, from))
        return fault_rule(f, "-S: FROM cannot be its own sponsor");
    return senders_next(&r->writer.senders, from, &tx.seq, f) ||
                   cli_txwriter_put(&r->writer, tx, words, f)
               ? -1
               : 0;
}

/* Writes the batch that was collected, if there is one. */
static int end_batch(struct run *r, struct fault *f)
{
    struct batching *b = &r->batch;
    struct field words = {b->words.data, b->words.len};
    int result = b->count ? make_words(r, &b->from, words, f) : 0;
    batching_clear(b);
    return result;
}

static int add_to_batch(struct run *r, const struct account *from, const struct move *payment,
                        struct fault *f)
{
    struct batching *b = &r->batch;
    if (b->count && !batching_fits(b, from, payment) && end_batch(r, f))
        return -1;
    return batching_add(b, from, payment, f);
}

static int make(struct run *r, const struct cli_payment *w, struct fault *f)
{
    struct account from;
    struct move payment;
    struct buf words = {0};
    char memo[TEXT_FORM_MAX];
    if (cli_payment_read(r->book, w, memo, &from, &payment, f))
        return -1;
    if (r->batches)
        return add_to_batch(r, &from, &payment, f);
    int result = pay_words(&payment, &words)
                     ? fault_memory(f)
                     : make_words(r, &from, (struct field){words.data, words.len}, f);
    buf_free(&words);
    return result;
}

static int make_line(struct run *r, const struct line *line, struct fault *f)
{
    struct cli_payment w;
    return cli_payment_line(line, r->from, &w, f) ? -1 : make(r, &w, f);
}

/* Goes on after a line that breaks a rule. */
static void refuse(struct run *r, uint64_t line, const struct fault *f)
{
    if (f->kind != FAULT_RULE && r->has_ledger)
        cli_ledger_fail(&r->ledger, f);
    if (f->kind != FAULT_RULE)
        cli_fail(NULL, f);
    cli_report("stdin", line, f->text);
    r->status = CLI_NO;
}

static void make_lines(struct run *r)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    terminal_input(r->from ? "payments, TO AMOUNT [MEMO]," : "payments, FROM TO AMOUNT [MEMO],");
    int got;
    cli_memory(!lines);
    while ((got = lines_next(lines, &line, &f)) > 0) {
        if (make_line(r, &line, &f))
            refuse(r, line.number, &f);
        if (!lines_ready(lines))
            cli_flush();
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(lines);
    if (end_batch(r, &f))
        refuse(r, line.number, &f);
}

/* Operands that cannot be understood are trouble. */
static _Noreturn void refuse_operands(struct fault *f)
{
    f->kind = FAULT_TROUBLE;
    cli_fail(NULL, f);
}

/* Before a ledger is opened, which there may not be. */
static void check_operands(const struct run *r, char **operands)
{
    struct fault f = {0};
    struct account from;
    struct move payment;
    char memo[TEXT_FORM_MAX];
    struct cli_payment w = cli_payment_operands(r->from, operands);
    if (cli_payment_read(r->book, &w, memo, &from, &payment, &f))
        refuse_operands(&f);
}

static void make_one(struct run *r, char **operands)
{
    struct fault f = {0};
    struct cli_payment w = cli_payment_operands(r->from, operands);
    if (make(r, &w, &f) || end_batch(r, &f))
        refuse_operands(&f);
}

static int make_member_words(void *self, struct field words, struct fault *f)
{
    struct run *r = self;
    struct account from;
    cli_account(r->book, r->from, &from);
    return make_words(r, &from, words, f);
}

/* -t, -u, -m, -x: what members do. */
static void check_member_words(struct run *r, char **operands)
{
    const struct cli_forgery *g = &r->writer.forgery;
    bool forges = g->break_kind || g->answers_path || g->share >= 0 || g->seed >= 0;
    if (!r->from)
        cli_misuse("-f FROM is missing: who does it");
    if (r->batches || r->replace)
        cli_misuse("one of -t, -u, -m, -x, -b and -R at most");
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
    if (cli_txwriter_put(&r->writer, tx, tx_field(&tx, tx.words), &f))
        cli_fail(NULL, &f);
}

/* -R takes everything else from the pool. */
static void check_replacement(struct run *r, bool has_operands)
{
    if (has_operands || r->from || r->seq >= 0 || r->chain || r->writer.forgery.break_kind ||
        r->batches || r->sponsor || r->writer.showing.policies || r->writer.showing.preimage ||
        r->writer.showing.branch >= 0)
        cli_misuse("-R takes payee, amount and memo from the pool: only -F, -l and -p go with it");
    r->pool_path = r->pool_path ? r->pool_path : "pool";
}

static void check_payments(struct run *r, char **operands)
{
    if (r->replace)
        check_replacement(r, *operands);
    if (*operands && !r->from)
        cli_misuse("-f FROM is missing: who pays");
    cli_count_operands(operands, *operands ? 2 : 0, 3);
}

int main(int argc, char **argv)
{
    struct run r = {.fee = -1,
                    .seq = -1,
                    .writer.showing.branch = -1,
                    .writer.forgery = {.share = -1, .seed = -1}};
    char **operands = cli_options(&program, argc, argv, &r);
    bool of_members = member_words_count(&r.member) > 0;
    if (of_members)
        check_member_words(&r, operands);
    else
        check_payments(&r, operands);
    r.book = cli_book(r.names);
    if (*operands && !of_members)
        check_operands(&r, operands);
    set_up(&r);
    if (of_members)
        cli_member_words_make(&r.member, r.book, make_member_words, &r);
    else if (r.replace)
        make_replacement(&r);
    else if (*operands)
        make_one(&r, operands);
    else
        make_lines(&r);
    cli_forgery_close(&r.writer.forgery);
    senders_close(&r.writer.senders);
    showing_close(&r.writer.showing);
    batching_free(&r.batch);
    if (r.pool_path && r.has_ledger)
        pool_free(&r.pool);
    if (r.has_ledger)
        ledger_close(&r.ledger);
    cli_exit(r.status);
}
