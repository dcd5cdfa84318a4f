/* Senders whose next transaction waits until its sponsor can pay the fee: for each sponsor, the
 * lowest fee first. */
#ifndef MEMPOOL_SPONSORS_H
#define MEMPOOL_SPONSORS_H

#include "record/tx.h"
#include "state/state.h"

struct sponsor;

/* All zero: nobody waits. */
struct sponsors {
    struct sponsor *by_account;
    size_t count; /* entries; a sender may have several */
};

void sponsors_clear(struct sponsors *s);

/* Adds the sender of a transaction that could not be applied, if it has a sponsor who cannot pay
 * its fee in this state: 1, 0 if that was not the reason, -1 and trouble. */
int sponsors_note(struct sponsors *s, struct state *state, const struct tx *tx, struct fault *f);

/* Removes the entry with the lowest fee of this sponsor if it is at most `balance`: true and *from,
 * its sender; or false: there is none. */
bool sponsors_take(struct sponsors *s, const struct account *sponsor, int64_t balance,
                   struct account *from);

#endif
