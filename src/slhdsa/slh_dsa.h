/*
 * SLH-DSA-SHA2-128s (FIPS 205): signatures that rest on SHA-256 alone, pure, with the empty
 * context. Our own code, which needs no libcrypto: the hashes are computed several side by side
 * (slhdsa/hash.h).
 *
 * Signing is the deterministic variant of FIPS 205 (opt_rand is PK.seed), as Ed25519's is: the same
 * key and message give the same signature, so a demonstration can be replayed byte for byte, a line
 * that is signed twice is one record, and a bad random source reveals nothing. What the hedged
 * variant adds is protection against an attacker who makes the signer's hardware err, and then
 * compares signatures of one message; secret_key.c checks every signature before it is shown.
 */
#ifndef SLHDSA_SLH_DSA_H
#define SLHDSA_SLH_DSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLH_DSA_KEY_LEN 32    /* PK.seed, PK.root */
#define SLH_DSA_SEEDS_LEN 48  /* SK.seed, SK.prf, PK.seed */
#define SLH_DSA_SECRET_LEN 64 /* SK.seed, SK.prf, PK.seed, PK.root */
#define SLH_DSA_SIGNATURE_LEN 7856
#define SLH_DSA_HEX_LEN (2 * SLH_DSA_SIGNATURE_LEN)

/* Whether the signature over n bytes is valid (algorithm 24). */
bool slh_dsa_verify(const uint8_t key[SLH_DSA_KEY_LEN],
                    const uint8_t signature[SLH_DSA_SIGNATURE_LEN], const void *message, size_t n);

/* Signs n bytes (algorithm 22), on all processors. */
void slh_dsa_sign(const uint8_t secret[SLH_DSA_SECRET_LEN], const void *message, size_t n,
                  uint8_t signature[SLH_DSA_SIGNATURE_LEN]);

/* Computes PK.root, the last SLH_N bytes of a secret key, from the seeds before it (algorithm 18).
 */
void slh_dsa_complete(uint8_t secret[SLH_DSA_SECRET_LEN]);
#endif
