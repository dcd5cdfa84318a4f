/* Ed25519 signatures by libcrypto, one at a time: the last row of ed25519.c's table. */
#ifndef CRYPTO_ED25519_OPENSSL_H
#define CRYPTO_ED25519_OPENSSL_H

#include "crypto/ed25519.h"

/* Installs allocation functions by which a failed allocation during a check is detected. A program
 * that uses OpenSSL for something else (TLS) before it checks signatures must call this first. */
void ed25519_openssl_prepare(void);

/* Loads libcrypto, once; safe to call from any thread. 0, or -1 and trouble. */
int ed25519_openssl_load(struct fault *f);

/* Answers each of n jobs by the rule of ed25519.h. ed25519_openssl_load must have succeeded. */
void ed25519_openssl_check(struct sigjob *jobs, struct ed25519_point *points, size_t n);

#endif
