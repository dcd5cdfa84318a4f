/* Who signs a transaction next, and with which of the keys here. Only programs use this. */
#ifndef CLI_TURN_H
#define CLI_TURN_H

#include "cli/keyring.h"
#include "record/tx.h"

/* The key of the ring whose turn it is to sign a transaction that is parsed in part: 0 and *key, or
 * NULL: no signature is missing. -1 and a rule that says whose turn it is, or what else is missing:
 * none of these keys can sign now. Of a policy's keys the lowest signs that leaves as many above it
 * as must still sign. */
int turn_next(const struct tx *tx, const struct keyring *ring, const struct secret_key **key,
              struct fault *f);

/* Appends the signature of that key to the line of *tx, in place of which `line` is, and parses it
 * again. 0, or -1 and a fault: trouble, or the rule that the line becomes too long. */
int turn_sign(struct tx *tx, const struct secret_key *key, struct buf *line, struct fault *f);

#endif
