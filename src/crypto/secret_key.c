#include "crypto/secret_key.h"

#include "crypto/sha256.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

int libcrypto_start(struct fault *f)
{
    uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                       OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                       OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
    if (OPENSSL_init_crypto(options, NULL) == 1)
        return 0;
    return fault_trouble(f, "cannot start libcrypto");
}

int secret_random(void *out, size_t n, struct fault *f)
{
    ssize_t got;
    do
        got = getrandom(out, n, 0); /* at most 256 bytes are always delivered whole */
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)n ? 0 : fault_errno(f, "no randomness from the system");
}

/* Computes the rest of *k from its seed. */
static int complete(struct secret_key *k, struct fault *f)
{
    size_t n = sizeof k->public;
    k->signer = NULL;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->seed, sizeof k->seed);
    if (pkey && EVP_PKEY_get_raw_public_key(pkey, k->public, &n) == 1)
        k->signer = EVP_MD_CTX_new();
    bool made = k->signer && EVP_DigestSignInit(k->signer, NULL, NULL, NULL, pkey) == 1;
    EVP_PKEY_free(pkey); /* the context keeps a reference */
    if (made)
        return 0;
    secret_key_wipe(k);
    return fault_trouble(f, "libcrypto cannot make an Ed25519 key");
}

int secret_key_random(struct secret_key *k, struct fault *f)
{
    if (libcrypto_start(f) || secret_random(k->seed, sizeof k->seed, f))
        return -1;
    return complete(k, f);
}

int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f)
{
    if (libcrypto_start(f))
        return -1;
    sha256(text, n, k->seed);
    return complete(k, f);
}

int secret_key_from_seed(struct secret_key *k, const uint8_t seed[32], struct fault *f)
{
    memcpy(k->seed, seed, sizeof k->seed);
    return complete(k, f);
}

void secret_key_wipe(struct secret_key *k)
{
    EVP_MD_CTX_free(k->signer); /* wipes the key if this was the last reference */
    OPENSSL_cleanse(k, sizeof *k);
}

int secret_key_sign(const struct secret_key *k, const void *message, size_t n,
                    uint8_t signature[ED25519_SIGNATURE_LEN], struct fault *f)
{
    size_t len = ED25519_SIGNATURE_LEN;
    if (k->signer && EVP_DigestSignInit(k->signer, NULL, NULL, NULL, NULL) == 1 &&
        EVP_DigestSign(k->signer, signature, &len, message, n) == 1 && len == ED25519_SIGNATURE_LEN)
        return 0;
    return fault_trouble(f, "libcrypto cannot sign");
}
