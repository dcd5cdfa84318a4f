/* txmake -R: replaces a transaction that waits in a pool. Only programs use this: it exits. */
#ifndef TXCLI_REPLACE_H
#define TXCLI_REPLACE_H

#include "mempool/pool.h"

/* Makes *tx the waiting transaction whose id begins with these digits, with another fee: the -F
 * argument or, if that is -1, the least that the pool accepts. *tx points into the loaded pool.
 * Exits with 1 if none with this id waits, with 2 if several do or the fee is too low. */
void cli_replacement(const struct pool *p, const char *id, int64_t fee, struct tx *tx);

#endif
