/* How programs open the ledger that they read. Only programs use this: it exits. */
#ifndef CLI_LEDGER_H
#define CLI_LEDGER_H

#include "ledger/ledger.h"

/* Opens the ledger that the -l argument names (NULL: $LEDGER, else "ledger"), or exits as the fault
 * asks. Bytes behind its last good block are told on stderr, unless a writer is at work on them. */
void cli_open_ledger(struct ledger *l, const char *option);

/* Exits as a fault of this ledger asks; a line that it names is the ledger's. */
_Noreturn void cli_ledger_fail(const struct ledger *l, const struct fault *f);

/* The block whose id these digits are; exits with 1 where the ledger has none. */
void cli_find_block(struct ledger *l, const char *digits, struct node *node);

#endif
