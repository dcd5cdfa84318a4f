/* Secret keys and the files that hold them (key(5)). The one user of libcrypto's
 * signing. */
#ifndef CRYPTO_KEYFILE_H
#define CRYPTO_KEYFILE_H

#include "crypto/ed25519.h"

/* Wiped by whoever holds one: secret_key_wipe. All zero holds nothing. */
struct secret_key {
    uint8_t seed[32]; /* RFC 8032's private key */
    uint8_t public[ED25519_KEY_LEN];
    struct evp_md_ctx_st
        *signer; /* libcrypto's own form of it, kept from one signature to the next */
};

/* A new key from the system's randomness; the key that anyone can derive from a text (its seed is
 * the SHA-256 of the n bytes). 0, or -1 and trouble. */
int secret_key_random(struct secret_key *k, struct fault *f);
int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f);
void secret_key_wipe(struct secret_key *k);

/* Signs n bytes; one thread at a time for one key. 0, or -1 and trouble. */
int secret_key_sign(const struct secret_key *k, const void *message, size_t n,
                    uint8_t signature[ED25519_SIGNATURE_LEN], struct fault *f);

#define PASSPHRASE_MAX 1024

/* Where a passphrase comes from when a file turns out to need one: puts at most PASSPHRASE_MAX
 * bytes at out. Their number, or -1 and trouble. keyfile wipes out afterwards. */
struct passphrase_source {
    int (*get)(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f);
    void *self;
};

/* Reads a PKCS #8 PEM file, plain or encrypted by PBES2 or one of libcrypto's older ways. Refused:
 * one that is open to anyone but its owner (the fault gives the command that mends it), that is no
 * regular file, no Ed25519 key, or larger than any key is; and an encrypted one where ask is NULL.
 * 0, or -1 and a fault; nothing is left in *k then. */
int keyfile_read(const char *path, const struct passphrase_source *ask, struct secret_key *k,
                 struct fault *f);

/* Writes a new file, mode 0600, never over an old one (O_EXCL), synced, removed again where it
 * cannot be written whole; encrypted with PBES2, scrypt (N = 2^17, r = 8, p = 1) and AES-256-CBC
 * where n is not 0. That takes 128 MiB of memory for a moment. 0, or -1 and trouble. */
int keyfile_write(const char *path, const struct secret_key *k, const char *passphrase, size_t n,
                  struct fault *f);

#endif
