/* What a chain must allow for a transaction to stand in it: its operation, a sponsor, and the forms
 * of the accounts in it (block(5), `rule allow`). */
#ifndef RECORD_TX_ALLOWED_H
#define RECORD_TX_ALLOWED_H

#include "record/rules.h"
#include "record/tx.h"

/* Whether these rules allow all that the transaction has, which may lack signatures. 0, or -1 and a
 * rule. */
int tx_allowed(const struct rules *r, const struct tx *tx, struct fault *f);

#endif
