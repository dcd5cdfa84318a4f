/*
 * Ed25519 (RFC 8032) with the acceptance rule of formats.md: S below the group order, the equation
 * without the cofactor, and a public key or R that is not canonical or is of small order refused.
 * That is what libsodium's crypto_sign_verify_detached accepts.
 *
 * libcrypto does the arithmetic. Verification loads it when the first signature comes (dlopen), so
 * that programs that check none start without it. It is started lean (no configuration file, no
 * error texts, no names of ciphers from before providers), which holds for the whole process; TLS
 * (net/tls.h) needs no more of it.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED25519_KEY_LEN 32
#define ED25519_SIGNATURE_LEN 64

/* For whoever uses OpenSSL otherwise before it checks signatures (TLS): to be called before that,
 * for only then is it known of a signature whether memory was lacking to check it. */
void ed25519_foresee(void);

/* Loads libcrypto, once; safe to call from any thread. 0, or -1 and trouble. */
int ed25519_load(struct fault *f);

/* Whether the signature over n bytes holds under the rule above: 1 or 0, or -1: there is no memory
 * to find out. ed25519_load must have given 0. Safe to call from any thread. */
int ed25519_check(const uint8_t key[ED25519_KEY_LEN],
                  const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* The same for whom it is all one whether it does not hold or cannot be known. */
bool ed25519_verify(const uint8_t key[ED25519_KEY_LEN],
                    const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* Whether these 32 bytes are a canonical encoding (y below 2^255-19) and not of a point of small
 * order. */
bool ed25519_sound(const uint8_t point[32]);

#endif
