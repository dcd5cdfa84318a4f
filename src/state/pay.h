/* The operations `pay TO AMOUNT MEMO` and `batch MEMO TO AMOUNT...`, for those who make payments.
 */
#ifndef STATE_PAY_H
#define STATE_PAY_H

#include "record/tx.h"

#define BATCH_MAX 256 /* payments */

/* Appends the words of a payment, for tx_format. 0, or -1: no memory. */
int pay_words(const struct move *payment, struct buf *out);

/* The same for a batch of 1 to BATCH_MAX payments, one after the other: of the first, `batch` and
 * its memo go before it; all have the same memo. 0, or -1: no memory. */
int batch_words(const struct move *payment, struct buf *out);

#endif
