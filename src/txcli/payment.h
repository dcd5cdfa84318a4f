/* A payment as a person writes it, for txmake. Only programs use this. */
#ifndef TXCLI_PAYMENT_H
#define TXCLI_PAYMENT_H

#include "base/lines.h"
#include "record/book.h"
#include "record/operation.h"

/* The words, which point into the line or operands that they were read from. An empty memo means
 * that there is none. */
struct cli_payment {
    struct field from, to, amount, memo;
};

/* Splits a line FROM TO AMOUNT [MEMO] at its spaces and tabs, or TO AMOUNT [MEMO] if from is given.
 * 0, or -1 and a rule. */
int cli_payment_line(const struct line *line, const char *from, struct cli_payment *w,
                     struct fault *f);

/* The same from two or three operands; a NULL ends them. */
struct cli_payment cli_payment_operands(const char *from, char **operands);

/* Looks up the payer's account and parses the payment, whose memo is then in `memo`. Needs no
 * ledger. 0, or -1 and a rule. */
int cli_payment_read(const struct book *b, const struct cli_payment *w, char memo[TEXT_FORM_MAX],
                     struct account *from, struct move *out, struct fault *f);

#endif
