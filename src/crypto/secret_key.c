#include "crypto/secret_key.h"

#include "base/hex.h"
#include "hash/sha256.h"

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

/* --- Ed25519 ---------------------------------------------------------------------------------- */

enum { SEED = 32 };

/* Computes the rest of *k from its seed. */
static int complete(struct secret_key *k, struct fault *f)
{
    size_t n = sizeof k->public;
    k->scheme = SIGNATURE_ED25519;
    k->signer = NULL;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->seed, SEED);
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
    if (libcrypto_start(f) || secret_random(k->seed, SEED, f))
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
    memcpy(k->seed, seed, SEED);
    return complete(k, f);
}

/* --- SLH-DSA ---------------------------------------------------------------------------------- */

void secret_key_slh_dsa_bytes(const struct secret_key *k, uint8_t secret[SLH_DSA_SECRET_LEN])
{
    memcpy(secret, k->seed, SLH_DSA_SEEDS_LEN);
    memcpy(secret + SLH_DSA_SECRET_LEN - sizeof k->public, k->public, sizeof k->public);
}

/* The key with the seeds that stand at secret, whose PK.root is computed. */
static void complete_slh_dsa(struct secret_key *k, uint8_t secret[SLH_DSA_SECRET_LEN])
{
    slh_dsa_complete(secret);
    *k = (struct secret_key){.scheme = SIGNATURE_SLH_DSA};
    memcpy(k->seed, secret, sizeof k->seed);
    memcpy(k->public, secret + SLH_DSA_SECRET_LEN - sizeof k->public, sizeof k->public);
}

int secret_key_slh_dsa_random(struct secret_key *k, struct fault *f)
{
    uint8_t secret[SLH_DSA_SECRET_LEN];
    if (secret_random(secret, SLH_DSA_SEEDS_LEN, f))
        return -1;
    complete_slh_dsa(k, secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return 0;
}

int secret_key_slh_dsa_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f)
{
    uint8_t secret[2 * SHA256_LEN];
    _Static_assert(sizeof secret == SLH_DSA_SECRET_LEN, "two hashes, the end of which is replaced");
    (void)f;
    for (uint8_t counter = 0; counter < 2; counter++) {
        struct sha256 h;
        sha256_init(&h);
        sha256_update(&h, text, n);
        sha256_update(&h, (const uint8_t[]){0, 0, 0, counter}, 4);
        sha256_final(&h, secret + SHA256_LEN * counter);
    }
    complete_slh_dsa(k, secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return 0;
}

int secret_key_from_slh_dsa(struct secret_key *k, const uint8_t secret[SLH_DSA_SECRET_LEN],
                            struct fault *f)
{
    uint8_t mine[SLH_DSA_SECRET_LEN];
    memcpy(mine, secret, sizeof mine);
    complete_slh_dsa(k, mine);
    bool same = CRYPTO_memcmp(mine, secret, sizeof mine) == 0;
    OPENSSL_cleanse(mine, sizeof mine);
    if (same)
        return 0;
    secret_key_wipe(k);
    return fault_trouble(f,
                         "damaged: not an SLH-DSA key, whose public half follows from the secret");
}

/* Checks what it has signed, which costs next to nothing: a signature that a faulty processor or
 * memory has spoilt can reveal a one-time key, and must not be shown. */
static int sign_slh_dsa(const struct secret_key *k, const void *message, size_t n,
                        struct signature_text *out, struct fault *f)
{
    uint8_t secret[SLH_DSA_SECRET_LEN], signature[SLH_DSA_SIGNATURE_LEN];
    secret_key_slh_dsa_bytes(k, secret);
    slh_dsa_sign(secret, message, n, signature);
    OPENSSL_cleanse(secret, sizeof secret);
    bool holds = slh_dsa_verify(k->public, signature, message, n);
    if (holds)
        hex_encode(out->text, signature, sizeof signature);
    out->len = holds ? SLH_DSA_HEX_LEN : 0;
    out->text[out->len] = 0;
    OPENSSL_cleanse(signature, sizeof signature);
    return holds ? 0 : fault_trouble(f, "the signature was computed wrongly: try again");
}

/* --- Both ------------------------------------------------------------------------------------- */

void secret_key_wipe(struct secret_key *k)
{
    EVP_MD_CTX_free(k->signer); /* wipes the key if this was the last reference */
    OPENSSL_cleanse(k, sizeof *k);
}

int secret_key_sign(const struct secret_key *k, const void *message, size_t n,
                    uint8_t signature[ED25519_SIGNATURE_LEN], struct fault *f)
{
    size_t len = ED25519_SIGNATURE_LEN;
    if (k->scheme != SIGNATURE_ED25519)
        return fault_trouble(f, "an SLH-DSA key, and this is signed by Ed25519 keys only");
    if (k->signer && EVP_DigestSignInit(k->signer, NULL, NULL, NULL, NULL) == 1 &&
        EVP_DigestSign(k->signer, signature, &len, message, n) == 1 && len == ED25519_SIGNATURE_LEN)
        return 0;
    return fault_trouble(f, "libcrypto cannot sign");
}

int secret_key_sign_text(const struct secret_key *k, const void *message, size_t n,
                         struct signature_text *out, struct fault *f)
{
    uint8_t signature[ED25519_SIGNATURE_LEN];
    if (k->scheme == SIGNATURE_SLH_DSA)
        return sign_slh_dsa(k, message, n, out, f);
    if (secret_key_sign(k, message, n, signature, f))
        return -1;
    hex_encode(out->text, signature, sizeof signature);
    out->len = 2 * sizeof signature;
    out->text[out->len] = 0;
    return 0;
}
