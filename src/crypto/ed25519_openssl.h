/* Ed25519 signatures by libcrypto, one at a time: the last row of ed25519.c's table. */
#ifndef CRYPTO_ED25519_OPENSSL_H
#define CRYPTO_ED25519_OPENSSL_H

#include "crypto/ed25519.h"

/* For whoever uses OpenSSL otherwise before it checks signatures (TLS): to be called before that,
 * for only then is it known of a signature whether memory was lacking to check it. */
void ed25519_openssl_foresee(void);

/* Loads libcrypto, once; safe to call from any thread. 0, or -1 and trouble. */
int ed25519_openssl_load(struct fault *f);

/* Answers each of n jobs by the rule of ed25519.h. ed25519_openssl_load must have given 0. */
void ed25519_openssl_check(struct sigjob *jobs, struct ed25519_point *points, size_t n);

#endif
