/* The operation `pay TO AMOUNT MEMO`, for those who make payments. */
#ifndef STATE_PAY_H
#define STATE_PAY_H

#include "record/tx.h"

/* Appends the words of a payment, for tx_format. 0, or -1: no memory. */
int pay_words(const struct move *payment, struct buf *out);

#endif
