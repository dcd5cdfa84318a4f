/* FIPS 205's internal functions (section 9), which take the message with what stands before it; for
 * this folder and the tests, whose published cases are of this interface. */
#ifndef SLHDSA_PARTS_H
#define SLHDSA_PARTS_H

#include "slhdsa/hash.h"
#include "slhdsa/slh_dsa.h"

/* A signature: R, for each FORS tree a leaf's secret and its path, for each layer a one-time
 * signature and a path (figure 17). */
enum {
    SLH_FORS_AT = SLH_N,
    SLH_FORS_LEN = (1 + SLH_FORS_HEIGHT) * SLH_N,
    SLH_LAYERS_AT = SLH_FORS_AT + SLH_FORS_TREES * SLH_FORS_LEN,
    SLH_WOTS_LEN = SLH_CHAINS * SLH_N,
    SLH_LAYER_LEN = SLH_WOTS_LEN + SLH_HEIGHT * SLH_N,
};
_Static_assert(SLH_LAYERS_AT + SLH_LAYERS * SLH_LAYER_LEN == SLH_DSA_SIGNATURE_LEN, "FIPS 205");

/* The zero bytes before a message in the pure form with the empty context (algorithm 24). */
enum { SLH_PURE = 2 };

/* The most signatures that are checked side by side. */
#define SLH_DSA_TOGETHER 4

struct slh_question {
    const uint8_t *key, *signature; /* SLH_DSA_KEY_LEN and SLH_DSA_SIGNATURE_LEN bytes */
    size_t zeros;                   /* before the message: SLH_PURE, or 0 */
    const void *message;
    size_t len;
};

/* Whether each of n signatures, at most SLH_DSA_TOGETHER, is valid (algorithm 20). */
void slh_verify_internal(const struct slh_question *questions, size_t n, bool *valid);

/* Signs, deterministically (algorithm 19), on so many threads at most. */
void slh_sign_internal(const uint8_t secret[SLH_DSA_SECRET_LEN], size_t zeros, const void *message,
                       size_t n, int threads, uint8_t signature[SLH_DSA_SIGNATURE_LEN]);

#endif
