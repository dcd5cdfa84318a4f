/* Secret keys and the files that hold them (key(5)). The only user of libcrypto's signing. */
#ifndef CRYPTO_KEYFILE_H
#define CRYPTO_KEYFILE_H

#include "crypto/ed25519.h"

/* The owner wipes it with secret_key_wipe. All zero holds nothing. */
struct secret_key {
    uint8_t seed[32]; /* RFC 8032's private key */
    uint8_t public[ED25519_KEY_LEN];
    struct evp_md_ctx_st *signer; /* libcrypto's own form of the key, kept between signatures */
};

/* A new key from the system's random source; or the key derived from a text, which anyone can
 * derive (its seed is the SHA-256 of the n bytes). 0, or -1 and trouble. */
int secret_key_random(struct secret_key *k, struct fault *f);
int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f);
void secret_key_wipe(struct secret_key *k);

/* Signs n bytes; a key is used by one thread at a time. 0, or -1 and trouble. */
int secret_key_sign(const struct secret_key *k, const void *message, size_t n,
                    uint8_t signature[ED25519_SIGNATURE_LEN], struct fault *f);

#define PASSPHRASE_MAX 1024

/* Asked for the passphrase if a file turns out to be encrypted: writes at most PASSPHRASE_MAX bytes
 * to out. Gives their number, or -1 and trouble. keyfile wipes out afterwards. */
struct passphrase_source {
    int (*get)(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f);
    void *self;
};

/* Reads a PKCS #8 PEM file, plain or encrypted by PBES2 or one of libcrypto's older schemes.
 * Refuses a file that others than its owner can read or write (the fault gives the command that
 * mends it), that is not a regular file, does not hold an Ed25519 key, or is too large for any key;
 * and an encrypted one if ask is NULL. 0, or -1 and a fault, with nothing left in *k. */
int keyfile_read(const char *path, const struct passphrase_source *ask, struct secret_key *k,
                 struct fault *f);

/* Writes a new file with mode 0600 and syncs it. Never overwrites a file (O_EXCL); removes it if it
 * cannot be written whole. If n is not 0, the key is encrypted with PBES2, scrypt (N = 2^17, r = 8,
 * p = 1) and AES-256-CBC, which takes 128 MiB of memory for a moment. 0, or -1 and trouble. */
int keyfile_write(const char *path, const struct secret_key *k, const char *passphrase, size_t n,
                  struct fault *f);

#endif
