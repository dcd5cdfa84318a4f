/* txmake: writes unsigned transactions. */
#include "base/hex.h"
#include "base/lines.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/ledger.h"
#include "cli/names.h"
#include "ledger/pool.h"

#include <getopt.h>
#include <string.h>

static const struct cli_option options[] = {
    {'f', "from", "FROM", "who pays; lines on stdin are then TO AMOUNT [MEMO]"},
    {'F', "fee", "AMOUNT", "the fee (default: the chain's minfee; 1 where no ledger is read)"},
    {'l', "ledger", "LEDGER", "the ledger (default: $LEDGER, else `ledger`)"},
    {'p', "pool", "POOL", "count the transactions pending in this pool"},
    {'a', "names", "FILE", "the address book"},
    {'s', "seq", "SEQ", "the first sequence number, in place of the ledger's"},
    {'c', "chain", "ID", "the chain, in place of the ledger's; with -s, no ledger is read"},
    {0, NULL, NULL, NULL},
};

static const struct cli program = {
    .name = "txmake",
    .operands = "[TO AMOUNT [MEMO]]",
    .about =
        "Writes an unsigned transaction, or one for every line FROM TO AMOUNT [MEMO] on stdin.",
    .options = options,
};

struct run {
    const char *from, *fee, *ledger_path, *pool_path, *names, *seq, *chain;
    struct book *book;
    bool has_ledger;
    struct ledger ledger;
    struct pool pool;
    struct state *made; /* how many each sender has had made by this run, as its account's seq */
    struct tx common;   /* chain and fee */
    int status;
};

static void open_ledger(struct run *r)
{
    struct fault f = {0};
    cli_open_ledger(&r->ledger, r->ledger_path);
    r->has_ledger = true;
    memcpy(r->common.chain, r->ledger.tree.genesis.id, ID_LEN);
    r->common.fee = r->ledger.tree.rules.minfee;
    /* Bringing the index up to date may have left the tree on a side branch. */
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
}

/* The sender's next sequence number: what the ledger, with the pool, says or -s, and those made
 * already. */
static int64_t next_seq(struct run *r, const uint8_t from[ID_LEN])
{
    struct fault f = {0};
    struct account stands = {0}, made;
    if (r->seq)
        stands.seq = cli_number("-s", r->seq, 0, INT64_MAX);
    else if (account_get(r->ledger.tree.state, from, &stands, &f))
        cli_ledger_fail(&r->ledger, &f);
    if (account_get(r->made, from, &made, &f))
        cli_ledger_fail(&r->ledger, &f);
    int64_t seq;
    if (number_add(stands.seq, made.seq, &seq))
        cli_die("-s: the sequence numbers end at 2^63-1");
    made.seq++;
    if (account_put(r->made, from, &made, &f))
        cli_ledger_fail(&r->ledger, &f);
    return seq;
}

/* What a person wrote for one transaction. */
struct words {
    struct field from, to, amount, memo;
};

static int make(struct run *r, const struct words *w, struct fault *f)
{
    struct tx tx = r->common;
    char memo[TEXT_FORM_MAX];
    struct buf line = {0};
    if (cli_find_account(r->book, w->from.text, w->from.len, tx.from, f) ||
        cli_find_account(r->book, w->to.text, w->to.len, tx.to, f) ||
        field_number(w->amount, "amount", &tx.amount, f))
        return -1;
    if (tx.amount == 0)
        return fault_rule(f, "amount: it must be at least 1");
    if (w->memo.len > TEXT_MAX)
        return fault_rule(f, "memo: over %d bytes", TEXT_MAX);
    tx.memo = (struct field){memo, text_encode(w->memo.text, w->memo.len, memo)};
    tx.seq = next_seq(r, tx.from);
    if (tx_format(&tx, &line) || buf_add(&line, "\n", 1))
        return fault_memory(f);
    cli_put(line.data, line.len);
    buf_free(&line);
    return 0;
}

static struct field word(const char *text)
{
    return (struct field){text, strlen(text)};
}

/* The next word of a line: spaces and tabs part words. */
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
        f.kind = FAULT_TROUBLE; /* operands that cannot be understood */
        cli_fail(NULL, &f);
    }
}

static void read_options(struct run *r, int argc, char **argv)
{
    for (int c; (c = cli_next(&program, argc, argv)) != -1;) {
        const char **values[] = {
            ['f'] = &r->from,  ['F'] = &r->fee, ['l'] = &r->ledger_path, ['p'] = &r->pool_path,
            ['a'] = &r->names, ['s'] = &r->seq, ['c'] = &r->chain};
        *values[c] = optarg;
    }
}

int main(int argc, char **argv)
{
    struct run r = {.status = CLI_YES};
    read_options(&r, argc, argv);
    int operands = argc - optind;
    if (operands == 1 || operands > 3 || (operands && !r.from))
        cli_usage();
    set_up(&r);
    if (operands)
        make_one(&r, argv + optind);
    else
        make_lines(&r);
    state_free(r.made);
    book_free(r.book);
    if (r.pool_path && r.has_ledger)
        pool_free(&r.pool);
    if (r.has_ledger)
        ledger_close(&r.ledger);
    cli_exit(r.status);
}
