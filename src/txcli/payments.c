#include "txcli/payments.h"

#include "base/lines.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "ledgercli/ledger.h"
#include "state/pay.h"
#include "txcli/payment.h"

void payments_free(struct payments *p)
{
    cli_forgery_close(&p->writer.forgery);
    senders_close(&p->writer.senders);
    showing_close(&p->writer.showing);
    batching_free(&p->batch);
}

int payments_put(struct payments *p, const struct account *from, struct field words,
                 struct fault *f)
{
    struct tx tx = p->common;
    tx.from = *from;
    if (tx.has_sponsor && account_equal(&tx.sponsor, from))
        return fault_rule(f, "-S: FROM cannot be its own sponsor");
    return senders_next(&p->writer.senders, from, &tx.seq, f) ||
                   cli_txwriter_put(&p->writer, tx, words, f)
               ? -1
               : 0;
}

/* Writes the batch that was collected, if there is one. */
static int end_batch(struct payments *p, struct fault *f)
{
    struct batching *b = &p->batch;
    struct field words = {b->words.data, b->words.len};
    int result = b->count ? payments_put(p, &b->from, words, f) : 0;
    batching_clear(b);
    return result;
}

static int add_to_batch(struct payments *p, const struct account *from, const struct move *payment,
                        struct fault *f)
{
    struct batching *b = &p->batch;
    if (b->count && !batching_fits(b, from, payment) && end_batch(p, f))
        return -1;
    return batching_add(b, from, payment, f);
}

static int make(struct payments *p, const struct cli_payment *w, struct fault *f)
{
    struct account from;
    struct move payment;
    struct buf words = {0};
    char memo[TEXT_FORM_MAX];
    if (cli_payment_read(p->book, w, memo, &from, &payment, f))
        return -1;
    if (p->batches)
        return add_to_batch(p, &from, &payment, f);
    int result = pay_words(&payment, &words)
                     ? fault_memory(f)
                     : payments_put(p, &from, (struct field){words.data, words.len}, f);
    buf_free(&words);
    return result;
}

static int make_line(struct payments *p, const struct line *line, struct fault *f)
{
    struct cli_payment w;
    return cli_payment_line(line, p->from, &w, f) ? -1 : make(p, &w, f);
}

/* Goes on after a line that breaks a rule. */
static void refuse(struct payments *p, uint64_t line, const struct fault *f)
{
    if (f->kind != FAULT_RULE && p->ledger)
        cli_ledger_fail(p->ledger, f);
    if (f->kind != FAULT_RULE)
        cli_fail(NULL, f);
    cli_report("stdin", line, f->text);
    p->refused = true;
}

bool payments_make_lines(struct payments *p)
{
    struct line line;
    struct fault f = {0};
    struct lines *lines = lines_new(source_fd(0), 1, 0);
    terminal_input(p->from ? "payments, TO AMOUNT [MEMO]," : "payments, FROM TO AMOUNT [MEMO],");
    int got;
    cli_memory(!lines);
    while ((got = lines_next(lines, &line, &f)) > 0) {
        if (make_line(p, &line, &f))
            refuse(p, line.number, &f);
        if (!lines_ready(lines))
            cli_flush();
    }
    if (got < 0)
        cli_fail("stdin", &f);
    lines_free(lines);
    if (end_batch(p, &f))
        refuse(p, line.number, &f);
    return !p->refused;
}

/* Operands that cannot be understood are trouble. */
static _Noreturn void refuse_operands(struct fault *f)
{
    f->kind = FAULT_TROUBLE;
    cli_fail(NULL, f);
}

void payments_check(const struct payments *p, char **operands)
{
    struct fault f = {0};
    struct account from;
    struct move payment;
    char memo[TEXT_FORM_MAX];
    struct cli_payment w = cli_payment_operands(p->from, operands);
    if (cli_payment_read(p->book, &w, memo, &from, &payment, &f))
        refuse_operands(&f);
}

void payments_make_one(struct payments *p, char **operands)
{
    struct fault f = {0};
    struct cli_payment w = cli_payment_operands(p->from, operands);
    if (make(p, &w, &f) || end_batch(p, &f))
        refuse_operands(&f);
}
