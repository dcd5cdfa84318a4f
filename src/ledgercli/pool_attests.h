/* The attest lines that txpool keeps beside its pool, for blocks to come. Only programs use this:
 * it exits on trouble. */
#ifndef LEDGERCLI_POOL_ATTESTS_H
#define LEDGERCLI_POOL_ATTESTS_H

#include "judge/member_line.h"
#include "ledger/ledger.h"

/* Keeps those of a batch that the ledger's members sign about its best chain. The tree is at its
 * best tip; a journal may be open there. What of the members was read is in *m. */
void cli_pool_attests(const char *pool, struct ledger *l, struct member_lines *m,
                      const struct batch *b);

/* Prints those that can stand in the next block. */
void cli_pool_put_attests(const char *pool, struct ledger *l);

#endif
