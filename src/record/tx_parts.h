/* What the files of record/tx share. */
#ifndef RECORD_TX_PARTS_H
#define RECORD_TX_PARTS_H

#include "record/tx.h"

/* How much of a transaction a line has: see tx_parse. */
enum tx_extent { TX_UNSIGNED, TX_PARTIAL, TX_SIGNED };

/* Takes what follows the words of the operation; line, len, from and words are set. 0, or -1 and a
 * rule. */
int tx_take_end(struct cursor *c, enum tx_extent extent, struct tx *tx, struct fault *f);

#endif
