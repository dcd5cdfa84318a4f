/* FIPS 205's internal functions (section 9), which take the message with what stands before it; for
 * slh_dsa*.c and the tests, whose published cases are of this interface. */
#ifndef CRYPTO_SLH_DSA_PARTS_H
#define CRYPTO_SLH_DSA_PARTS_H

#include "crypto/slh_dsa.h"

/* The zero bytes before a message in the pure form with the empty context (algorithm 24). */
enum { SLH_PURE = 2 };

struct slh_question {
    const uint8_t *key, *signature; /* SLH_DSA_KEY_LEN and SLH_DSA_SIGNATURE_LEN bytes */
    size_t zeros;                   /* before the message: SLH_PURE, or 0 */
    const void *message;
    size_t len;
};

/* Whether each of n signatures, at most SLH_DSA_TOGETHER, is valid (algorithm 20). */
void slh_verify_internal(const struct slh_question *questions, size_t n, bool *valid);

#endif
