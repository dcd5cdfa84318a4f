/* PKCS #8 (RFC 5958; for Ed25519, RFC 8410; for SLH-DSA, RFC 9909, section 6), the form of the key
 * in a key file (key(5)): plain, or encrypted with a passphrase (PBES2: RFC 8018; scrypt: RFC
 * 7914). */
#ifndef CRYPTO_PKCS8_H
#define CRYPTO_PKCS8_H

#include "crypto/secret_key.h"

enum {
    PKCS8_MAX = 16384,         /* bytes of any key, with space for encryptions other than ours */
    PKCS8_PLAIN_MAX = 84,      /* bytes of the plain keys that we write: 48 for Ed25519 */
    PKCS8_ENCRYPTED_MAX = 191, /* of the encrypted ones: 159 for Ed25519 */
};

#define PASSPHRASE_MAX 1024

/* Asked for the passphrase if a file turns out to be encrypted: writes at most PASSPHRASE_MAX bytes
 * to out. Gives their number, or -1 and trouble. keyfile wipes out afterwards. */
struct passphrase_source {
    int (*get)(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f);
    void *self;
};

/* Read n bytes of DER, at most PKCS8_MAX: a plain key, or one that is encrypted by PBES2 or one of
 * libcrypto's older schemes. ask may be NULL, and is told the path. 0, or -1 and trouble, with
 * nothing left in *k. */
int pkcs8_read_plain(const uint8_t *der, size_t n, struct secret_key *k, struct fault *f);
int pkcs8_read_encrypted(const char *path, const uint8_t *der, size_t n,
                         const struct passphrase_source *ask, struct secret_key *k,
                         struct fault *f);

/* Writes a plain key. Gives its length. */
size_t pkcs8_write_plain(const struct secret_key *k, uint8_t der[PKCS8_PLAIN_MAX]);

/* Encrypts a plain key of plain_len bytes with PBES2, scrypt (N = 2^17, r = 8, p = 1) and
 * AES-256-CBC, which takes 128 MiB of memory for a moment. Gives the length, or -1 and trouble. */
int pkcs8_encrypt(const uint8_t *plain, size_t plain_len, const char *passphrase, size_t n,
                  uint8_t der[PKCS8_ENCRYPTED_MAX], struct fault *f);

#endif
