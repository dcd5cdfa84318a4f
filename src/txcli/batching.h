/* Payments in a row that txmake makes one transaction of (tx(5), batch). */
#ifndef TXCLI_BATCHING_H
#define TXCLI_BATCHING_H

#include "base/buf.h"
#include "record/operation.h"

/* A batch that is not written yet; all zero at first. */
struct batching {
    struct account from;
    struct buf words, memo;
    int count; /* of its payments */
};

void batching_free(struct batching *b);
void batching_clear(struct batching *b);

/* Whether a payment can join those that are there: it has their FROM and their memo. */
bool batching_fits(const struct batching *b, const struct account *from,
                   const struct move *payment);

/* Adds one that fits, or the first. 0, or -1 and trouble. */
int batching_add(struct batching *b, const struct account *from, const struct move *payment,
                 struct fault *f);

#endif
