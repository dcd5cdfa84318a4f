/*
 * What blocks do to stakes, as amounts that go from one place to another: the balance of an
 * account, its stake, what of it is unbonding. A chain's state is followed for it, in the journal
 * that the caller has open.
 */
#ifndef EXPORT_SHIFTS_H
#define EXPORT_SHIFTS_H

#include "state/apply.h"
#include "stream/stream.h"

enum place {
    PLACE_NOWHERE, /* it comes from nobody, or is destroyed */
    PLACE_BALANCE,
    PLACE_STAKE,
    PLACE_UNBONDING,
};

struct shift {
    enum place from, to;
    struct account payer, payee; /* whose places these are */
    int64_t amount;              /* at least 1 */
};

#define SHIFTS_MAX 3

struct shifts {
    struct shift list[SHIFTS_MAX];
    size_t count;
};

/* Begins a block: calls each for everything that returns in it, which gives 0, or -1 and a fault;
 * and does what comes before the transactions (members_begin_block). 0, or -1 and a fault. */
int shifts_begin(const struct apply_context *in,
                 int (*each)(void *self, const struct shift *s, struct fault *f), void *self,
                 struct fault *f);

/* Applies a transaction, as apply_tx does, and tells what it did to stakes. in->supply is set. 0,
 * or -1 and a fault. */
int shifts_apply(const struct apply_context *in, const struct tx *tx, int64_t *fees,
                 struct shifts *out, struct fault *f);

/* Makes the member lines of genesis its members, if they have stakes; those are shifts from
 * nowhere, told as by shifts_begin. 0, or -1 and a fault. */
int shifts_found(const struct apply_context *in, const struct item *genesis,
                 int (*each)(void *self, const struct shift *s, struct fault *f), void *self,
                 struct fault *f);

#endif
