/* txmake --break: forgeries among honest transactions, and the file that says which they are. Only
 * programs use this: it exits. */
#ifndef TXCLI_FORGERY_H
#define TXCLI_FORGERY_H

#include "forge/tx_forge.h"

#include <stdio.h>

struct cli_forgery {
    const char *break_kind, *answers_path; /* -B, -A */
    int64_t share, seed;                   /* -r, in percent, and -e; -1: not given */
    int kind;
    struct forger forger;
    struct forgery made; /* the last one */
    FILE *answers;       /* NULL: none */
};

/* Begins as the options say; without -B, nothing is forged. The ledger (NULL: none) must be at its
 * best tip and stays the caller's. Exits with 2 if the options contradict each other or the file
 * cannot be written. */
void cli_forgery_open(struct cli_forgery *g, struct ledger *ledger);

/* Whether the next transaction is to be forged: by chance, as -r says. */
bool cli_forgery_chosen(struct cli_forgery *g);

/* Forges the transaction into g->made. As forge_make. */
int cli_forgery_make(struct cli_forgery *g, const struct tx *honest,
                     const struct forge_sender *sender, struct fault *f);

/* Notes in the file of answers that g->made was written as this line. */
void cli_forgery_answer(const struct cli_forgery *g, uint64_t line);

/* Exits with 2 if the answers were not written completely. */
void cli_forgery_close(struct cli_forgery *g);

#endif
