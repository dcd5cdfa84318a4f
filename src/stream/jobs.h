/* The signatures of a transaction, as jobs for crypto/sigpool.h. */
#ifndef STREAM_JOBS_H
#define STREAM_JOBS_H

#include "crypto/sigpool.h"
#include "record/signed.h"
#include "record/tx.h"

#define TX_JOBS_MAX (TX_SIGNATURES_MAX + OPERATION_SIGNATURES_MAX)

/* A key and its signature, for a job whose transaction does not hold them decoded. */
struct job_bytes {
    uint8_t key[ID_LEN], signature[SIGNATURE_LEN];
};

/* How many signatures a parsed transaction has: its own, and those among its operation's arguments.
 */
size_t tx_job_count(const struct tx *tx);

/* Writes their jobs, which point into the transaction and into *bytes, which has as many. */
void tx_jobs(const struct tx *tx, struct sigjob *out, struct job_bytes *bytes);

/* The job of a parsed line with one signature, which points into it. */
static inline struct sigjob signed_job(const struct signed_line *s)
{
    return (struct sigjob){
        .key = s->signer, .signature = s->signature, .message = s->text, .len = s->signed_len};
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
