/* What ledger-append does with a block that goes through an intake (mempool/intake.h), and what it
 * says of it. Only programs use this: it writes to stderr. */
#ifndef LEDGERCLI_APPENDING_H
#define LEDGERCLI_APPENDING_H

#include "ledgercli/checkpoints.h"
#include "ledgercli/refusals.h"
#include "mempool/intake.h"

struct cli_appending {
    struct ledger ledger;
    struct cli_checkpoints checkpoints;
    struct cli_refusals refusals;
    int64_t clock;   /* -T */
    bool ordered;    /* the order of the input decides */
    bool network;    /* weaker branches wait, and only what others may lack is passed on */
    bool quiet;      /* no block is passed on */
    uint64_t waited; /* blocks that had to wait for their branch to get more work */
    struct buf out;  /* what is printed once the ledger is synced */
};

/* The time that no block may be too far ahead of; with `ordered' there is none, since readers of
 * the same input at other times, or by other clocks, are to append the same. */
int64_t cli_appending_time(const struct cli_appending *a);

/* Says why a block is not appended. */
void cli_appending_refuse(struct cli_appending *a, const struct item *item,
                          const struct fault *why);

/* The callbacks of an intake. */
struct intake_owner cli_appending_owner(struct cli_appending *a);

#endif
