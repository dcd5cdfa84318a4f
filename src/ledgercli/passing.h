/* What txpool passes on: noted in the order of the input while a batch is added to the pool, and
 * printed once the batch is in the pool's file. Only programs use this: it exits on trouble. */
#ifndef LEDGERCLI_PASSING_H
#define LEDGERCLI_PASSING_H

#include "mempool/pool.h"

struct passing {
    bool marks; /* say what is dropped, by marks (record/mark.h) */
    struct buf places;
    struct buf text; /* of the marks */
};

void passing_free(struct passing *p);

/* A record that is not a transaction; it must stay where it is until passing_put. */
void passing_item(struct passing *p, const struct item *item);

/* The pool's transaction with this id. */
void passing_tx(struct passing *p, const uint8_t id[ID_LEN]);

/* An item, or a record with this id, that is dropped for this fault; nothing without marks. */
void passing_drop(struct passing *p, const struct item *item, const struct fault *why);
void passing_drop_id(struct passing *p, const uint8_t id[ID_LEN], const struct fault *why);

/* Prints everything, and empties it. A transaction that has left the pool again meanwhile is not
 * printed, but dropped for now. */
void passing_put(struct passing *p, const struct pool *pool);

#endif
