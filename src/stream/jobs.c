#include "stream/jobs.h"

#include "base/hex.h"

/* A signature as digits; the job of an Ed25519 key has them decoded. */
static struct sigjob decoded(const struct tx *tx, const struct tx_signature *s,
                             struct job_bytes *room)
{
    const char *digits = tx_field(tx, s->digits).text;
    struct sigjob job = {.key = room->key, .message = tx->line, .len = (size_t)s->digits.at - 1};
    memcpy(room->key, s->by.id, ID_LEN);
    if (s->by.form == ACCOUNT_SLH_DSA) {
        job.signature = (const uint8_t *)digits;
        job.scheme = SIGNATURE_SLH_DSA;
    } else {
        hex_decode(room->signature, digits, SIGNATURE_LEN);
        job.signature = room->signature;
    }
    return job;
}

void tx_jobs(const struct tx *tx, struct sigjob *out, struct job_bytes *room)
{
    struct tx_signature s;
    size_t n = 0;
    if (tx->from.form == ACCOUNT_KEY)
        out[n++] = (struct sigjob){.key = tx->from.id,
                                   .signature = tx->signature,
                                   .message = tx->line,
                                   .len = tx->signed_len};
    for (size_t at = n; tx_next_signature(tx, &at, &s); n++)
        out[n] = decoded(tx, &s, &room[n]);
}
