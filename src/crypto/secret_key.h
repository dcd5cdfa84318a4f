/* Secret keys of both schemes, and signing with them. The only user of libcrypto's signing. */
#ifndef CRYPTO_SECRET_KEY_H
#define CRYPTO_SECRET_KEY_H

#include "crypto/ed25519.h"
#include "slhdsa/slh_dsa.h"

/* The owner wipes it with secret_key_wipe. All zero holds nothing. */
struct secret_key {
    uint8_t scheme; /* enum signature_scheme */
    /* RFC 8032's private key, of 32 bytes; or SLH-DSA's SK.seed, SK.prf and PK.seed. */
    uint8_t seed[SLH_DSA_SEEDS_LEN];
    uint8_t public[SIGNATURE_KEY_LEN];
    struct evp_md_ctx_st *signer; /* Ed25519: libcrypto's own form of the key */
};

/* A new Ed25519 key from the system's random source; the key derived from a text, which anyone can
 * derive (its seed is the SHA-256 of the n bytes); or the key with this seed, after
 * libcrypto_start. 0, or -1 and trouble. */
int secret_key_random(struct secret_key *k, struct fault *f);
int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f);
int secret_key_from_seed(struct secret_key *k, const uint8_t seed[32], struct fault *f);

/* The same for SLH-DSA. The seeds of a text are the first 48 bytes of its MGF1 with SHA-256 (RFC
 * 8017, B.2.1): SHA-256 of the text and four zero bytes, then of the text and 00000001. */
int secret_key_slh_dsa_random(struct secret_key *k, struct fault *f);
int secret_key_slh_dsa_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f);

/* An SLH-DSA key in the form of FIPS 205, figure 15: SK.seed, SK.prf, PK.seed, PK.root. 0, or -1
 * and trouble: PK.root does not belong to the rest, which costs a seventh of a signature to find
 * out. */
int secret_key_from_slh_dsa(struct secret_key *k, const uint8_t secret[SLH_DSA_SECRET_LEN],
                            struct fault *f);
void secret_key_slh_dsa_bytes(const struct secret_key *k, uint8_t secret[SLH_DSA_SECRET_LEN]);

void secret_key_wipe(struct secret_key *k);

/* A signature as it stands in a record, NUL-terminated. */
struct signature_text {
    size_t len;
    char text[SLH_DSA_HEX_LEN + 1];
};

/* Signs n bytes by the key's scheme. 0, or -1 and trouble. An Ed25519 key is used by one thread at
 * a time. */
int secret_key_sign_text(const struct secret_key *k, const void *message, size_t n,
                         struct signature_text *out, struct fault *f);

/* The same for an Ed25519 key alone, in bytes. */
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
