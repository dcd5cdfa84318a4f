/* txmake -R: the replacement of a transaction that waits in a pool. Only programs use this: it
 * exits. */
#ifndef CLI_REPLACE_H
#define CLI_REPLACE_H

#include "ledger/pool.h"

/* The least digits of an id that name a transaction, if only one begins with them. */
#define REPLACE_DIGITS_MIN 8

/* Makes *tx the waiting transaction that id names, with another fee: as the -F argument has it, or
 * NULL: the least that the pool takes. It points into the loaded pool. Exits with 1 if none waits
 * under that id, with 2 if several do, or the fee is too low. */
void cli_replacement(const struct pool *p, const char *id, const char *fee, struct tx *tx);

#endif
