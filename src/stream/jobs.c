#include "stream/jobs.h"

#include "base/hex.h"

/* A signature as digits; the job of an Ed25519 key has them decoded. */
static struct sigjob decoded(const struct tx *tx, const struct tx_signature *s,
                             struct job_bytes *bytes)
{
    const char *digits = tx_field(tx, s->digits).text;
    struct sigjob job = {.key = bytes->key, .message = tx->line, .len = (size_t)s->digits.at - 1};
    memcpy(bytes->key, s->by.id, ID_LEN);
    if (s->by.form == ACCOUNT_SLH_DSA) {
        job.signature = (const uint8_t *)digits;
        job.scheme = SIGNATURE_SLH_DSA;
    } else {
        hex_decode(bytes->signature, digits, SIGNATURE_LEN);
        job.signature = bytes->signature;
    }
    return job;
}

/* The same for one among the arguments. */
static struct sigjob argued(const struct operation_signature *s, struct job_bytes *bytes)
{
    memcpy(bytes->key, s->key, ID_LEN);
    hex_decode(bytes->signature, s->digits.text, SIGNATURE_LEN);
    return (struct sigjob){.key = bytes->key,
                           .signature = bytes->signature,
                           .message = s->message.text,
                           .len = s->message.len};
}

size_t tx_job_count(const struct tx *tx)
{
    struct operation_signature s;
    size_t n = tx_signature_count(tx);
    for (size_t at = 0; tx->operation->signatures && tx->operation->signatures(tx, &at, &s);)
        n++;
    return n;
}

void tx_jobs(const struct tx *tx, struct sigjob *out, struct job_bytes *bytes)
{
    struct tx_signature s;
    struct operation_signature o;
    size_t n = 0;
    if (tx->from.form == ACCOUNT_KEY)
        out[n++] = (struct sigjob){.key = tx->from.id,
                                   .signature = tx->signature,
                                   .message = tx->line,
                                   .len = tx->signed_len};
    for (size_t at = n; tx_next_signature(tx, &at, &s); n++)
        out[n] = decoded(tx, &s, &bytes[n]);
    for (size_t at = 0; tx->operation->signatures && tx->operation->signatures(tx, &at, &o); n++)
        out[n] = argued(&o, &bytes[n]);
}
