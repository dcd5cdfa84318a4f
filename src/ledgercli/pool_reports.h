/* What txpool says on stderr of the transactions that its pool does not take, or replaces. Only
 * programs use this: it exits on trouble. */
#ifndef LEDGERCLI_POOL_REPORTS_H
#define LEDGERCLI_POOL_REPORTS_H

#include "ledgercli/verdict.h"
#include "mempool/missing.h"
#include "mempool/pool.h"

struct cli_pool_reports {
    bool verbose;             /* also report what is refused only because one before it was */
    bool any;                 /* something was refused */
    struct cli_budget budget; /* of reports */
    struct missing missing;   /* missing_init and missing_free are the caller's */
    uint64_t follows;         /* transactions that were refused only because one before them was */
};

/* A record of stdin, in this line, that is refused; or a transaction, which others may wait for. */
void cli_pool_refuse(struct cli_pool_reports *r, const struct fault *f, uint64_t line);
void cli_pool_refuse_tx(struct cli_pool_reports *r, const struct tx *tx, const struct fault *f,
                        uint64_t line);

/* A transaction that waited in vain for what *gap tells. Of several that lack the same one, only
 * the first is reported, if that was not refused itself. */
void cli_pool_refuse_gap(struct cli_pool_reports *r, const struct pool_gap *gap,
                         const struct fault *f);

/* Tells how many were not reported since the last time. */
void cli_pool_tell_follows(struct cli_pool_reports *r);

/* Tells of the line of its file that the pool left out, if there is one; of those that it has just
 * left out for their fee rates; and of the one that the transaction with this id replaced. */
void cli_pool_tell_broken_line(const struct pool *p);
void cli_pool_tell_evicted(const struct pool *p);
void cli_pool_tell_replaced(const struct pool *p, const uint8_t id[ID_LEN]);

#endif
