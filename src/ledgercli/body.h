/* Reads the body of a block from stdin. Only programs use this: it prints and exits. */
#ifndef LEDGERCLI_BODY_H
#define LEDGERCLI_BODY_H

#include "farm/template.h"
#include "ledger/ledger.h"

/* Adds the transactions on stdin to a block template on the best tip. Exits with 1 if one of them
 * is not valid there, or they are too large. If stdin is a terminal, the body stays empty. */
void cli_read_body(struct ledger *l, struct template *t);

#endif
