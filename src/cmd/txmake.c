/* txmake: writes unsigned transactions. */
#include "base/chance.h"
#include "base/hex.h"
#include "base/lines.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/names.h"
#include "cli/replace.h"
#include "cli/terminal.h"
#include "crypto/sha256.h"
#include "ledger/forge.h"
#include "ledger/pool.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct cli_option options[] = {
    {'f', "from", "FROM", "who pays; lines on stdin are then TO AMOUNT [MEMO]"},
    {'F', "fee", "AMOUNT", "the fee (default: the chain's minfee; 1 if no ledger is read)"},
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'p', "pool", "POOL", "count the transactions pending in this pool"},
    {'R', "replace", "ID", "replace the one with this id in the pool: the same, with a higher fee"},
    {'a', "names", "FILE", "the address book"},
    {'s', "seq", "SEQ", "the first sequence number, instead of the ledger's"},
    {'c', "chain", "ID", "the chain, instead of the ledger's; with -s, no ledger is read"},
    {'B', "break", "KIND",
     "forge: signature|sequence|amount|double-spend|other-chain|form|fee|replay|any"},
    {'A', "answers", "FILE", "with -B: write which lines are forged, and how, to FILE"},
    {'r', "share", "PERCENT", "with -B: the share of the transactions to forge (default: 100)"},
    {'S', "seed", "SEED", "with -B: a number that determines the random choices"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "txmake",
    .operands = "[TO AMOUNT [MEMO]]",
    .about = "Writes an unsigned transaction, or one for each line FROM TO AMOUNT [MEMO] on stdin.",
    .options = options,
    .number = "amount",
};

struct run {
    const char *from, *fee, *ledger_path, *pool_path, *names, *seq, *chain;
    const char *break_kind, *answers_path, *share, *seed, *replace;
    const struct book *book;
    bool has_ledger;
    struct ledger ledger;
    struct pool pool;
    struct state
        *made; /* how many transactions each sender has from this run, as its account's seq */
    struct tx common; /* the chain's id, and the fee */
    int status;

    /* For -B: */
    int kind;
    uint64_t percent;
    struct forger forger;
    struct forgery forgery;
    FILE *answers;  /* NULL: none */
    uint64_t lines; /* written so far */
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

static void set_up_forger(struct run *r)
{
    if (!r->break_kind && (r->answers_path || r->share || r->seed))
        cli_die("-A, -r and -S go with -B");
    if (!r->break_kind)
        return;
    r->kind = forge_named(r->break_kind);
    if (r->kind < 0)
        cli_die("-B: '%.80s' is no kind of forgery (-h names them)", r->break_kind);
    if (forge_needs_ledger((enum forge_kind)r->kind) && !r->has_ledger)
        cli_die("-B: %s needs a ledger: leave out -s or -c", r->break_kind);
    r->percent = r->share ? (uint64_t)cli_number("-r", r->share, 0, 100) : 100;
    r->forger.chance = r->seed ? (uint64_t)cli_number("-S", r->seed, 0, INT64_MAX) : chance_seed();
    r->forger.ledger = r->has_ledger ? &r->ledger : NULL;
    if (r->answers_path && !(r->answers = fopen(r->answers_path, "we")))
        cli_die("%s: %s", r->answers_path, strerror(errno));
}

static void set_up(struct run *r)
{
    r->made = state_new((struct state_backing){0});
    if (!r->made)
        cli_die("out of memory");
    state_begin(r->made);
    r->common.fee = 1;
    r->book = cli_book(r->names);
    if (!r->seq || !r->chain)
        open_ledger(r);
    if (r->chain &&
        (strlen(r->chain) != 2 * ID_LEN || hex_decode(r->common.chain, r->chain, ID_LEN)))
        cli_die("-c: '%.80s' is not 64 lowercase hex digits", r->chain);
    if (r->fee)
        r->common.fee = cli_number("-F", r->fee, 0, INT64_MAX);
    set_up_forger(r);
}

/* An account as in the ledger and the pool; with -s, with that seq. */
static struct account standing(struct run *r, const uint8_t id[ID_LEN])
{
    struct fault f = {0};
    struct account a = {0};
    if (r->has_ledger && account_get(r->ledger.tree.state, id, &a, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (r->seq)
        a.seq = cli_number("-s", r->seq, 0, INT64_MAX);
    return a;
}

/* What this run has made so far: the number of transactions, as seq; and what was paid to the
 * account, as balance. */
static struct account made_so_far(struct run *r, const uint8_t id[ID_LEN])
{
    struct fault f = {0};
    struct account a;
    if (account_get(r->made, id, &a, &f))
        cli_ledger_fail(&r->ledger, &f);
    return a;
}

static void set_made(struct run *r, const uint8_t id[ID_LEN], const struct account *a)
{
    struct fault f = {0};
    if (account_put(r->made, id, a, &f))
        cli_ledger_fail(&r->ledger, &f);
}

/* The sender's next sequence number: after those of the ledger and the pool, or from -s on, and
 * after those made already. */
static int64_t next_seq(struct run *r, const uint8_t from[ID_LEN])
{
    int64_t seq;
    if (number_add(standing(r, from).seq, made_so_far(r, from).seq, &seq))
        cli_die("-s: the sequence numbers end at 2^63-1");
    return seq;
}

static void count_in(struct run *r, const struct tx *tx)
{
    struct account from = made_so_far(r, tx->from);
    from.seq++;
    set_made(r, tx->from, &from);
    struct account to = made_so_far(r, tx->to);
    if (number_add(to.balance, tx->amount, &to.balance))
        to.balance = INT64_MAX;
    set_made(r, tx->to, &to);
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
    struct account stands = standing(r, tx->from);
    /* Transactions in a pool are not spent yet. */
    struct forge_sender s = {.spent = r->pool_path || r->seq ? 0 : stands.seq};
    if (number_add(stands.balance, made_so_far(r, tx->from).balance, &s.most))
        s.most = INT64_MAX;
    return s;
}

static void put_answer(struct run *r)
{
    const struct forgery *forged = &r->forgery;
    uint8_t message[SHA256_LEN];
    if (!r->answers)
        return;
    sha256(forged->line.data, forged->message_len, message);
    fprintf(r->answers, "%" PRIu64 " %s %s %s\n", r->lines, hex32(message).text,
            forge_name(forged->kind), forged->rule.text);
}

static void close_answers(struct run *r)
{
    bool failed = r->answers && ferror(r->answers);
    if (r->answers && (fclose(r->answers) || failed))
        cli_die("%s: %s", r->answers_path, failed ? "cannot write" : strerror(errno));
}

/* Prints a forgery in place of the honest transaction, or after it if it needs the honest one. */
static int put_forged(struct run *r, const struct tx *honest, const struct buf *line,
                      struct fault *f)
{
    struct forge_sender sender = sender_of(r, honest);
    if (forge_make(&r->forger, (enum forge_kind)r->kind, honest, &sender, &r->forgery, f))
        return -1;
    if (r->forgery.follows) {
        put_line(r, line);
        count_in(r, honest);
    }
    put_line(r, &r->forgery.line);
    put_answer(r);
    return 0;
}

static bool is_to_be_forged(struct run *r)
{
    return r->break_kind && chance_below(&r->forger.chance, 100) < r->percent;
}

/* --- Payments --------------------------------------------------------------------------------- */

/* One transaction, as a person wrote it. */
struct words {
    struct field from, to, amount, memo;
};

static int put(struct run *r, const struct tx *tx, struct fault *f)
{
    struct buf line = {0};
    int result = 0;
    if (tx_format(tx, &line))
        return fault_memory(f);
    if (is_to_be_forged(r)) {
        result = put_forged(r, tx, &line, f);
    } else {
        put_line(r, &line);
        count_in(r, tx);
    }
    buf_free(&line);
    return result;
}

static int shown(struct field x)
{
    return x.len > 80 ? 80 : (int)x.len;
}

/* Whether the amount was given before the account. (An account may be named 25; then it is that
 * account.) */
static bool are_swapped(const struct run *r, const struct words *w)
{
    int64_t amount;
    uint8_t account[ID_LEN];
    struct fault f;
    return number_parse(w->to.text, w->to.len, &amount) == 0 &&
           number_parse(w->amount.text, w->amount.len, &amount) &&
           cli_find_account(r->book, w->to.text, w->to.len, account, &f) &&
           cli_find_account(r->book, w->amount.text, w->amount.len, account, &f) == 0;
}

static int make(struct run *r, const struct words *w, struct fault *f)
{
    struct tx tx = r->common;
    char memo[TEXT_FORM_MAX];
    if (cli_find_account(r->book, w->from.text, w->from.len, tx.from, f))
        return -1;
    if (are_swapped(r, w))
        return fault_rule(f, "'%.*s' is an account and '%.*s' an amount: TO comes before AMOUNT",
                          shown(w->amount), w->amount.text, shown(w->to), w->to.text);
    if (cli_find_account(r->book, w->to.text, w->to.len, tx.to, f) ||
        field_number(w->amount, "amount", &tx.amount, f))
        return -1;
    if (tx.amount == 0)
        return fault_rule(f, "amount: it must be at least 1");
    if (w->memo.len && w->memo.text[w->memo.len - 1] == '\r')
        return fault_rule(f, "memo: ends in a carriage return, as lines written on Windows do");
    if (w->memo.len > TEXT_MAX)
        return fault_rule(f, "memo: over %d bytes", TEXT_MAX);
    tx.memo = (struct field){memo, text_encode(w->memo.text, w->memo.len, memo)};
    tx.seq = next_seq(r, tx.from);
    return put(r, &tx, f);
}

static struct field word(const char *text)
{
    return (struct field){text, strlen(text)};
}

/* The next word of a line; words are separated by spaces and tabs. */
static struct field next_word(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
    const char *begin = *at;
    while (*at < end && **at != ' ' && **at != '\t')
        ++*at;
    return (struct field){begin, (size_t)(*at - begin)};
}

static int make_line(struct run *r, const struct line *line, struct fault *f)
{
    const char *at = line->text, *end = at + line->len;
    struct words w;
    if (line->state != LINE_WHOLE)
        return fault_rule(f, line->state == LINE_LONG ? "line: over 65535 bytes"
                                                      : "line: torn: it has no newline");
    if (line_typed(line, f))
        return -1;
    w.from = r->from ? word(r->from) : next_word(&at, end);
    w.to = next_word(&at, end);
    w.amount = next_word(&at, end);
    if (w.amount.len == 0)
        return fault_rule(f, "line: expected %sTO AMOUNT [MEMO]", r->from ? "" : "FROM ");
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    w.memo = (struct field){at, (size_t)(end - at)};
    return make(r, &w, f);
}

static void make_lines(struct run *r)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    terminal_input(r->from ? "payments, TO AMOUNT [MEMO]," : "payments, FROM TO AMOUNT [MEMO],");
    int got;
    if (!lines)
        cli_die("out of memory");
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

static void make_one(struct run *r, char **operands)
{
    struct fault f = {0};
    struct words w = {.from = word(r->from),
                      .to = word(operands[0]),
                      .amount = word(operands[1]),
                      .memo = word(operands[2] ? operands[2] : "")};
    if (make(r, &w, &f)) {
        f.kind = FAULT_TROUBLE; /* operands that are invalid */
        cli_fail(NULL, &f);
    }
}

/* -R: the same payment with a higher fee. */
static void make_replacement(struct run *r)
{
    struct fault f = {0};
    struct tx tx;
    cli_replacement(&r->pool, r->replace, r->fee, &tx);
    if (put(r, &tx, &f))
        cli_fail(NULL, &f);
}

static void read_options(struct run *r, int argc, char **argv)
{
    const struct cli_value values[] = {{'f', &r->from},
                                       {'F', &r->fee},
                                       {'l', &r->ledger_path},
                                       {'p', &r->pool_path},
                                       {'a', &r->names},
                                       {'s', &r->seq},
                                       {'c', &r->chain},
                                       {'B', &r->break_kind},
                                       {'A', &r->answers_path},
                                       {'r', &r->share},
                                       {'S', &r->seed},
                                       {'R', &r->replace},
                                       {0, NULL}};
    for (int c; (c = cli_next(&program, argc, argv)) != -1;)
        cli_take(values, c);
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES};
    read_options(&r, argc, argv);
    int operands = argc - optind;
    if (r.replace) {
        if (operands || r.from || r.seq || r.chain || r.break_kind)
            cli_misuse(
                "-R takes payee, amount and memo from the pool: only -F, -l and -p go with it");
        r.pool_path = r.pool_path ? r.pool_path : "pool";
    }
    if (operands && !r.from)
        cli_misuse("-f FROM is missing: who pays");
    cli_operands(argc, argv, operands ? 2 : 0, 3);
    set_up(&r);
    if (r.replace)
        make_replacement(&r);
    else if (operands)
        make_one(&r, argv + optind);
    else
        make_lines(&r);
    close_answers(&r);
    buf_free(&r.forgery.line);
    state_free(r.made);
    if (r.pool_path && r.has_ledger)
        pool_free(&r.pool);
    if (r.has_ledger)
        ledger_close(&r.ledger);
    cli_exit(r.status);
}
