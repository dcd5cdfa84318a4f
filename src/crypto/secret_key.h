/* Secret keys, and signing with them. The only user of libcrypto's signing. */
#ifndef CRYPTO_SECRET_KEY_H
#define CRYPTO_SECRET_KEY_H

#include "crypto/ed25519.h"

/* The owner wipes it with secret_key_wipe. All zero holds nothing. */
struct secret_key {
    uint8_t seed[32]; /* RFC 8032's private key */
    uint8_t public[ED25519_KEY_LEN];
    struct evp_md_ctx_st *signer; /* libcrypto's own form of the key, kept between signatures */
};

/* A new key from the system's random source; the key derived from a text, which anyone can derive
 * (its seed is the SHA-256 of the n bytes); or the key with this seed, after libcrypto_start. 0, or
 * -1 and trouble. */
int secret_key_random(struct secret_key *k, struct fault *f);
int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f);
int secret_key_from_seed(struct secret_key *k, const uint8_t seed[32], struct fault *f);
void secret_key_wipe(struct secret_key *k);

/* Signs n bytes; a key is used by one thread at a time. 0, or -1 and trouble. */
int secret_key_sign(const struct secret_key *k, const void *message, size_t n,
                    uint8_t signature[ED25519_SIGNATURE_LEN], struct fault *f);

/* Initialises libcrypto before its first use, without its configuration file, error texts, and
 * tables of pre-provider names, which take longer to set up than everything else that txsign does.
 * A program that needs them must initialise libcrypto earlier. 0, or -1 and trouble.
 */
int libcrypto_start(struct fault *f);

/* At most 256 bytes from the system's random source. 0, or -1 and trouble. */
int secret_random(void *out, size_t n, struct fault *f);

#endif
