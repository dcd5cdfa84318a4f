/* The transactions that txmake makes of payments, given by its operands or as lines on stdin. Only
 * programs use this: it prints and exits. */
#ifndef TXCLI_PAYMENTS_H
#define TXCLI_PAYMENTS_H

#include "ledger/ledger.h"
#include "record/book.h"
#include "txcli/batching.h"
#include "txcli/txwriter.h"

struct payments {
    const struct book *book; /* the caller's */
    const char *from;        /* who pays; NULL: each line says it */
    bool batches;            /* payments in a row become one transaction */
    struct ledger *ledger;   /* the caller's; NULL: none */
    struct tx common;        /* the chain's id, the fee, and the sponsor */
    struct cli_txwriter writer;
    struct batching batch;
    bool refused; /* a line broke a rule */
};

/* Frees what its parts own, and writes out the forgery's answers. */
void payments_free(struct payments *p);

/* Writes a transaction by this account with the words of an operation, whatever it is. 0, or -1 and
 * a fault. */
int payments_put(struct payments *p, const struct account *from, struct field words,
                 struct fault *f);

/* Exits with 2 if the operands TO AMOUNT [MEMO] cannot be understood; needs only the book, and who
 * pays. */
void payments_check(const struct payments *p, char **operands);

/* Writes the transaction of these operands, or exits with 2. */
void payments_make_one(struct payments *p, char **operands);

/* Writes those of the lines on stdin, until it ends. Reports each line that breaks a rule, and goes
 * on after it; false: there was one. */
bool payments_make_lines(struct payments *p);

#endif
