/* The transactions that others wait for, by sender and sequence number: which of them have been
 * reported already. */
#ifndef MEMPOOL_MISSING_H
#define MEMPOOL_MISSING_H

#include "base/idmap.h"
#include "record/account.h"

struct missing {
    struct idset keys; /* the latest of them */
};

void missing_init(struct missing *m);
void missing_free(struct missing *m);

/* Notes that this transaction is missing: 1 if that was known, 0 if not, -1: no memory. */
int missing_note(struct missing *m, const struct account *from, int64_t seq);

#endif
