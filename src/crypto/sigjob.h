/* A signature to be checked, whatever its scheme: what sigpool.h, ed25519.h and slh_dsa_jobs.h
 * take. */
#ifndef CRYPTO_SIGJOB_H
#define CRYPTO_SIGJOB_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum signature_scheme { SIGNATURE_ED25519 = 0, SIGNATURE_SLH_DSA = 1 };

/* Both schemes have public keys of so many bytes. */
#define SIGNATURE_KEY_LEN 32

struct sigjob {
    const uint8_t *key; /* SIGNATURE_KEY_LEN bytes; this and the next two are owned by the caller */
    /* Ed25519: the signature's ED25519_SIGNATURE_LEN bytes. SLH-DSA: its SLH_DSA_HEX_LEN hex digits
     * as they stand in a line; anything but digits makes it invalid. */
    const uint8_t *signature;
    const void *message;
    size_t len;
    bool valid;     /* the answer */
    bool unknown;   /* out of memory: there is no answer */
    uint8_t scheme; /* enum signature_scheme */
};

/* Checks one signature of either scheme here and now: 1 or 0; or -1 and trouble: it cannot be
 * known. */
int sigjob_check(const struct sigjob *job, struct fault *f);

#endif
