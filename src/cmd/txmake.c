/* txmake: writes unsigned transactions. */
#include "base/hex.h"
#include "base/lines.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/names.h"
#include "cli/options.h"
#include "cli/payment.h"
#include "cli/terminal.h"
#include "ledgercli/forgery.h"
#include "ledgercli/ledger.h"
#include "ledgercli/replace.h"
#include "mempool/pool.h"
#include "state/pay.h"

#include <stdio.h>
#include <string.h>

struct run {
    const char *from, *ledger_path, *pool_path, *names, *chain;
    int64_t fee, seq; /* -1: not given */
    const char *replace;
    const struct book *book;
    bool has_ledger;
    struct ledger ledger;
    struct pool pool;
    struct state
        *made; /* how many transactions each sender has from this run, as its account's seq */
    struct tx common; /* the chain's id, and the fee */
    int status;
    struct cli_forgery forgery;
    uint64_t lines; /* written so far */
};

static const struct cli_option options[] = {
    {'f', "from", "FROM", "who pays; lines on stdin are then TO AMOUNT [MEMO]",
     CLI_TEXT(struct run, from)},
    {'F', "fee", "AMOUNT", "the fee (default: the chain's minfee; 1 if no ledger is read)",
     CLI_NUMBER(struct run, fee, 0, INT64_MAX)},
    {CLI_OPTION_LEDGER(struct run, ledger_path)},
    {'p', "pool", "POOL", "count the transactions pending in this pool",
     CLI_TEXT(struct run, pool_path)},
    {'R', "replace", "ID", "replace the one with this id in the pool: the same, with a higher fee",
     CLI_TEXT(struct run, replace)},
    {CLI_OPTION_NAMES(struct run, names)},
    {'s', "seq", "SEQ", "the first sequence number, instead of the ledger's",
     CLI_NUMBER(struct run, seq, 0, INT64_MAX)},
    {'c', "chain", "ID", "the chain, instead of the ledger's; with -s, no ledger is read",
     CLI_TEXT(struct run, chain)},
    {'B', "break", "KIND",
     "forge: signature|sequence|amount|double-spend|other-chain|form|fee|replay|any",
     CLI_TEXT(struct run, forgery.break_kind)},
    {'A', "answers", "FILE", "with -B: write which lines are forged, and how, to FILE",
     CLI_TEXT(struct run, forgery.answers_path)},
    {'r', "share", "PERCENT", "with -B: the share of the transactions to forge (default: 100)",
     CLI_NUMBER(struct run, forgery.share, 0, 100)},
    {'S', "seed", "SEED", "with -B: a number that determines the random choices",
     CLI_NUMBER(struct run, forgery.seed, 0, INT64_MAX)},
    {0},
};

static const struct cli program = {
    .name = "txmake",
    .operands = "[TO AMOUNT [MEMO]]",
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
    r->made = state_new((struct state_backing){0});
    cli_memory(!r->made);
    state_begin(r->made);
    r->common.fee = 1;
    if (r->seq < 0 || !r->chain)
        open_ledger(r);
    if (r->chain &&
        (strlen(r->chain) != 2 * ID_LEN || hex_decode(r->common.chain, r->chain, ID_LEN)))
        cli_die("-c: '%.80s' is not 64 lowercase hex digits", r->chain);
    if (r->fee >= 0)
        r->common.fee = r->fee;
    cli_forgery_open(&r->forgery, r->has_ledger ? &r->ledger : NULL);
}

/* An account as in the ledger and the pool; with -s, with that seq. */
static struct account_state standing(struct run *r, const struct account *id)
{
    struct fault f = {0};
    struct account_state a = {0};
    if (r->has_ledger && account_get(r->ledger.tree.state, id, &a, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (r->seq >= 0)
        a.seq = r->seq;
    return a;
}

/* What this run has made so far: the number of transactions, as seq; and what was paid to the
 * account, as balance. */
static struct account_state made_so_far(struct run *r, const struct account *id)
{
    struct fault f = {0};
    struct account_state a;
    if (account_get(r->made, id, &a, &f))
        cli_ledger_fail(&r->ledger, &f);
    return a;
}

static void set_made(struct run *r, const struct account *id, const struct account_state *a)
{
    struct fault f = {0};
    if (account_put(r->made, id, a, &f))
        cli_ledger_fail(&r->ledger, &f);
}

/* The sender's next sequence number: after those of the ledger and the pool, or from -s on, and
 * after those made already. */
static int64_t next_seq(struct run *r, const struct account *from)
{
    int64_t seq;
    if (number_add(standing(r, from).seq, made_so_far(r, from).seq, &seq))
        cli_die("-s: the sequence numbers end at 2^63-1");
    return seq;
}

static void count_in(struct run *r, const struct tx *tx)
{
    struct move m;
    struct account_state from = made_so_far(r, &tx->from);
    from.seq++;
    set_made(r, &tx->from, &from);
    for (size_t at = 0; tx_next_move(tx, &at, &m);) {
        struct account_state to = made_so_far(r, &m.to);
        if (number_add(to.balance, m.amount, &to.balance))
            to.balance = INT64_MAX;
        set_made(r, &m.to, &to);
    }
}

static void put_line(struct run *r, const struct buf *line)
{
    cli_put(line->data, line->len);
    cli_put("\n", 1);
    r->lines++;
}

/* --- Forgeries -------------------------------------------------------------------------------- */

static struct forge_sender sender_of(struct run *r, const struct tx *tx)
{
    struct account_state stands = standing(r, &tx->from);
    /* Transactions in a pool are not spent yet. */
    struct forge_sender s = {.spent = r->pool_path || r->seq >= 0 ? 0 : stands.seq};
    if (number_add(stands.balance, made_so_far(r, &tx->from).balance, &s.most))
        s.most = INT64_MAX;
    return s;
}

/* Prints a forgery in place of the honest transaction, or after it if it needs the honest one. */
static int put_forged(struct run *r, const struct tx *honest, const struct buf *line,
                      struct fault *f)
{
    struct forge_sender sender = sender_of(r, honest);
    if (cli_forgery_make(&r->forgery, honest, &sender, f))
        return -1;
    if (r->forgery.made.follows) {
        put_line(r, line);
        count_in(r, honest);
    }
    put_line(r, &r->forgery.made.line);
    cli_forgery_answer(&r->forgery, r->lines);
    return 0;
}

/* --- Payments --------------------------------------------------------------------------------- */

static int put_made(struct run *r, const struct buf *line, struct fault *f)
{
    struct tx tx;
    if (tx_parse_unsigned(line->data, line->len, &tx, f))
        return -1;
    if (cli_forgery_chosen(&r->forgery))
        return put_forged(r, &tx, line, f);
    put_line(r, line);
    count_in(r, &tx);
    return 0;
}

static int put(struct run *r, const struct tx *tx, struct field words, struct fault *f)
{
    struct buf line = {0};
    int result = tx_format(tx, words, &line) ? fault_memory(f) : put_made(r, &line, f);
    buf_free(&line);
    return result;
}

static int make(struct run *r, const struct cli_payment *w, struct fault *f)
{
    struct tx tx = r->common;
    struct move payment;
    struct buf words = {0};
    char memo[TEXT_FORM_MAX];
    if (cli_payment_read(r->book, w, memo, &tx.from, &payment, f))
        return -1;
    tx.seq = next_seq(r, &tx.from);
    int result = pay_words(&payment, &words)
                     ? fault_memory(f)
                     : put(r, &tx, (struct field){words.data, words.len}, f);
    buf_free(&words);
    return result;
}

static int make_line(struct run *r, const struct line *line, struct fault *f)
{
    struct cli_payment w;
    return cli_payment_line(line, r->from, &w, f) ? -1 : make(r, &w, f);
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
        if (make_line(r, &line, &f)) {
            if (f.kind != FAULT_RULE)
                cli_ledger_fail(&r->ledger, &f);
            cli_report("stdin", line.number, f.text);
            r->status = CLI_NO;
        }
        if (!lines_ready(lines))
            cli_flush();
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(lines);
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
    if (make(r, &w, &f))
        refuse_operands(&f);
}

/* -R: the same payment with a higher fee. */
static void make_replacement(struct run *r)
{
    struct fault f = {0};
    struct tx tx;
    cli_replacement(&r->pool, r->replace, r->fee, &tx);
    if (put(r, &tx, tx_field(&tx, tx.words), &f))
        cli_fail(NULL, &f);
}

/* -R takes everything else from the pool. */
static void check_replacement(struct run *r, bool has_operands)
{
    if (has_operands || r->from || r->seq >= 0 || r->chain || r->forgery.break_kind)
        cli_misuse("-R takes payee, amount and memo from the pool: only -F, -l and -p go with it");
    r->pool_path = r->pool_path ? r->pool_path : "pool";
}

int main(int argc, char **argv)
{
    struct run r = {.fee = -1, .seq = -1, .forgery = {.share = -1, .seed = -1}};
    char **operands = cli_options(&program, argc, argv, &r);
    if (r.replace)
        check_replacement(&r, *operands);
    if (*operands && !r.from)
        cli_misuse("-f FROM is missing: who pays");
    cli_count_operands(operands, *operands ? 2 : 0, 3);
    r.book = cli_book(r.names);
    if (*operands)
        check_operands(&r, operands);
    set_up(&r);
    if (r.replace)
        make_replacement(&r);
    else if (*operands)
        make_one(&r, operands);
    else
        make_lines(&r);
    cli_forgery_close(&r.forgery);
    state_free(r.made);
    if (r.pool_path && r.has_ledger)
        pool_free(&r.pool);
    if (r.has_ledger)
        ledger_close(&r.ledger);
    cli_exit(r.status);
}
