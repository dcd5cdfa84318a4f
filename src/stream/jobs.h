/* The signatures of a transaction, as jobs for crypto/sigpool.h. */
#ifndef STREAM_JOBS_H
#define STREAM_JOBS_H

#include "crypto/sigpool.h"
#include "record/tx.h"

#define TX_JOBS_MAX 1 /* signatures of one transaction */

static inline size_t tx_job_count(const struct tx *tx)
{
    (void)tx;
    return 1;
}

/* Writes the jobs of a parsed transaction, which point into it. Gives how many. */
static inline size_t tx_jobs(const struct tx *tx, struct sigjob out[TX_JOBS_MAX])
{
    *out = (struct sigjob){
        .key = tx->from.id, .signature = tx->signature, .message = tx->line, .len = tx->signed_len};
    return tx_job_count(tx);
}

/* Whether all of these are valid, after they were checked: 1 or 0; -1: no memory to find out. */
static inline int jobs_valid(const struct sigjob *jobs, size_t n)
{
    int valid = 1;
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].unknown)
            return -1;
        valid &= jobs[i].valid;
    }
    return valid;
}

#endif
