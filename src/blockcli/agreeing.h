/* The loop of a member of a chain with `rule seal bft`: agrees on blocks with the other members.
 * Only programs use this: it prints and exits. */
#ifndef BLOCKCLI_AGREEING_H
#define BLOCKCLI_AGREEING_H

#include "crypto/secret_key.h"
#include "ledger/ledger.h"
#include "validator/said.h"

#include <stdbool.h>
#include <stdint.h>

struct agreeing {
    const char *pool;   /* of which the transactions are proposed; NULL: none */
    const char *turns;  /* where the rotation of the members is kept (validator/turns_file.h) */
    int64_t wait, grow; /* milliseconds: a step of round r may take wait + r * grow */
    bool early; /* a block's time is a spacing after its parent's, whatever the clock shows */
    bool verbose;
};

/* Passes on the records of stdin, among them blocks, and its own blocks, proposals and votes, until
 * stdin ends; and then what is due at that moment. All that is pointed to stays the caller's. */
void cli_agree(const struct agreeing *a, struct ledger *l, const struct secret_key *key,
               struct said *said);

#endif
