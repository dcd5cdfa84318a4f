/* The files that hold secret keys (key(5)). */
#ifndef CRYPTO_KEYFILE_H
#define CRYPTO_KEYFILE_H

#include "crypto/pkcs8.h"

/* Reads a PKCS #8 PEM file (RFC 7468), plain or encrypted by PBES2 or one of the older schemes
 * of libcrypto.
 * Refuses a file that others than its owner can read or write (the fault gives the command that
 * mends it), that is not a regular file, holds neither an Ed25519 nor an SLH-DSA-SHA2-128s key, or
 * is too large for any key; and an encrypted one if ask is NULL. 0, or -1 and a fault, with nothing
 * left in *k. */
int keyfile_read(const char *path, const struct passphrase_source *ask, struct secret_key *k,
                 struct fault *f);

/* Writes a new file with mode 0600 and syncs it. Never overwrites a file (O_EXCL); removes it if it
 * cannot be written completely. If n is not 0, the key is encrypted with PBES2, scrypt (N = 2^17, r
 * = 8, p = 1) and AES-256-CBC, which takes 128 MiB of memory for a moment. 0, or -1 and trouble. */
int keyfile_write(const char *path, const struct secret_key *k, const char *passphrase, size_t n,
                  struct fault *f);

#endif
