/* The loop of a member of a chain with `rule finality`: attests the checkpoints of the best chain.
 * Only programs use this: it prints and exits. */
#ifndef BLOCKCLI_ATTESTING_H
#define BLOCKCLI_ATTESTING_H

#include "crypto/secret_key.h"
#include "ledger/ledger.h"
#include "validator/said.h"

/* Passes on the records of stdin, and the key's attest lines between them, until stdin ends. The
 * ledger is looked at before each batch of input and, while none arrives, twenty times a second.
 * All that is pointed to stays the caller's. */
void cli_attest(struct ledger *l, const struct secret_key *key, struct said *said);

#endif
