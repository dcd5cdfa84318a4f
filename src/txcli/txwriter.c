#include "txcli/txwriter.h"

#include "base/lines.h"
#include "base/num.h"
#include "cli/cli.h"
#include "record/tx_allowed.h"

static void put_line(struct cli_txwriter *w, const struct buf *line)
{
    cli_put(line->data, line->len);
    cli_put("\n", 1);
    w->lines++;
}

static int sender_of(struct cli_txwriter *w, const struct tx *tx, struct forge_sender *s,
                     struct fault *f)
{
    struct account_state stands, made;
    if (senders_standing(&w->senders, &tx->from, &stands, f) ||
        senders_made(&w->senders, &tx->from, &made, f))
        return -1;
    *s = (struct forge_sender){.spent = w->only_pending ? 0 : stands.seq};
    if (number_add(stands.balance, made.balance, &s->most))
        s->most = INT64_MAX;
    return 0;
}

/* Prints a forgery in place of the honest transaction, or after it if it needs the honest one. */
static int put_forged(struct cli_txwriter *w, const struct tx *honest, const struct buf *line,
                      struct fault *f)
{
    struct forge_sender sender;
    if (sender_of(w, honest, &sender, f) || cli_forgery_make(&w->forgery, honest, &sender, f))
        return -1;
    if (w->forgery.made.follows) {
        put_line(w, line);
        if (senders_count(&w->senders, honest, f))
            return -1;
    }
    put_line(w, &w->forgery.made.line);
    cli_forgery_answer(&w->forgery, w->lines);
    return 0;
}

static int put_made(struct cli_txwriter *w, const struct buf *line, struct fault *f)
{
    struct tx tx;
    if (tx_parse_partial(line->data, line->len, &tx, f) ||
        (w->allowed && tx_allowed(w->allowed, &tx, f)))
        return -1;
    if (cli_forgery_chosen(&w->forgery))
        return put_forged(w, &tx, line, f);
    put_line(w, line);
    return senders_count(&w->senders, &tx, f);
}

static int format(struct cli_txwriter *w, const struct tx *tx, struct field words, struct buf *line,
                  struct fault *f)
{
    line->len = 0;
    if (tx_format(tx, words, line))
        return fault_memory(f);
    if (tx->from.form == ACCOUNT_POLICY && showing_append(&w->showing, tx, line, f))
        return -1;
    return line->len > LINE_MAX_LEN
               ? fault_rule(f, "the transaction is over %d bytes", LINE_MAX_LEN)
               : 0;
}

/* The least fee of a transaction that is formatted, but not signed. */
static int least_fee(const struct cli_txwriter *w, const struct buf *line, int64_t *least,
                     struct fault *f)
{
    struct tx tx;
    if (tx_parse_partial(line->data, line->len, &tx, f))
        return -1;
    return rules_fee(w->fees, tx_signed_length(&tx), least)
               ? fault_rule(f, "the least fee is over 2^63-1")
               : 0;
}

/* Formats the transaction with the least fee for its length, which depends on the digits of the fee
 * itself. */
static int format_paid(struct cli_txwriter *w, struct tx tx, struct field words, struct buf *line,
                       struct fault *f)
{
    int64_t least = tx.fee;
    do {
        tx.fee = least;
        if (format(w, &tx, words, line, f) || (w->fees && least_fee(w, line, &least, f)))
            return -1;
    } while (least > tx.fee);
    return 0;
}

int cli_txwriter_put(struct cli_txwriter *w, struct tx tx, struct field words, struct fault *f)
{
    struct buf line = {0};
    int result = format_paid(w, tx, words, &line, f) || put_made(w, &line, f) ? -1 : 0;
    buf_free(&line);
    return result;
}
