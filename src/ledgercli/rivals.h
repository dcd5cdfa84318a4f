/* Two final blocks that exclude each other: a ledger that has them breaks no rule, but whoever
 * reads it should know. */
#ifndef LEDGERCLI_RIVALS_H
#define LEDGERCLI_RIVALS_H

#include "chain/tree.h"

/* Names the first two of the ledger with this name on stderr, the one that counts first, unless
 * *told says that this was done; or exits with the fault's status. */
void cli_tell_rivals(const char *name, struct tree *t, bool *told);

#endif
