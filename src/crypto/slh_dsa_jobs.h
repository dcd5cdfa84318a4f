/* SLH-DSA signatures (slhdsa/slh_dsa.h) as jobs. */
#ifndef CRYPTO_SLH_DSA_JOBS_H
#define CRYPTO_SLH_DSA_JOBS_H

#include "crypto/sigjob.h"
#include "slhdsa/parts.h"

_Static_assert(SLH_DSA_KEY_LEN == SIGNATURE_KEY_LEN, "keys of one length");

/* Answers each of n jobs, all of SIGNATURE_SLH_DSA, SLH_DSA_TOGETHER of them side by side.
 * Allocates nothing. Safe to call from any thread. */
void slh_dsa_check_all(struct sigjob *jobs, size_t n);

#endif
