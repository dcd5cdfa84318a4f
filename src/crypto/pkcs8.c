#include "crypto/pkcs8.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

enum { SALT_LEN = 16, IV_LEN = 16, CIPHER_BLOCK = 16 };

/* Our own parameters, and the limits on those of other files: N = 2^20, r = 8 takes a GiB. */
#define SCRYPT_N (1 << 17)
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEMORY ((uint64_t)1100 << 20)
#define ROUNDS_MAX 4000000 /* the limit for other files; some seconds */

/* RFC 8410: SEQUENCE { 0, { 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }. */
enum { ED25519_SEED = 32 };
static const uint8_t ed25519_head[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

/* RFC 9909: SEQUENCE { 0, { 2.16.840.1.101.3.4.3.20 }, OCTET STRING { the key of FIPS 205 } }. */
static const uint8_t slh_dsa_head[] = {0x30, 0x52, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x60,
                                       0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x14, 0x04, 0x40};
enum { NUMBER_AT = 9, NUMBER_LEN = 9 }; /* the object identifier in it */
_Static_assert(sizeof slh_dsa_head + SLH_DSA_SECRET_LEN == PKCS8_PLAIN_MAX, "the longest key");

/* RFC 5958, 8018 and 7914, up to the ciphertext; salt, iv and three lengths are filled in:
 *   SEQUENCE { { PBES2, { { scrypt, { salt, N = 2^17, r = 8, p = 1 } },
 *                         { aes-256-cbc, iv } } }, OCTET STRING { ciphered } } */
enum { LENGTH_AT = 2, SALT_AT = 35, IV_AT = 77, CIPHERED_AT = 95 };
static const uint8_t encrypted_head[CIPHERED_AT] = {
    0x30, 0x81, 0x00, 0x30, 0x58, 0x06, 0x09, 0x2a, 0x86, 0x48,        0x86, 0xf7, 0x0d,
    0x01, 0x05, 0x0d, 0x30, 0x4b, 0x30, 0x2a, 0x06, 0x09, 0x2b,        0x06, 0x01, 0x04,
    0x01, 0xda, 0x47, 0x04, 0x0b, 0x30, 0x1d, 0x04, 0x10, [51] = 0x02, 0x03, 0x02, 0x00,
    0x00, 0x02, 0x01, 0x08, 0x02, 0x01, 0x01, 0x30, 0x1d, 0x06,        0x09, 0x60, 0x86,
    0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10, [93] = 0x04, 0x00,
};

/* OpenSSL has a name for it since version 3.5 only. */
static bool is_slh_dsa(const ASN1_OBJECT *kind)
{
    return OBJ_length(kind) == NUMBER_LEN &&
           memcmp(OBJ_get0_data(kind), slh_dsa_head + NUMBER_AT, NUMBER_LEN) == 0;
}

static int key_from_info(const PKCS8_PRIV_KEY_INFO *info, struct secret_key *k, struct fault *f)
{
    const ASN1_OBJECT *kind;
    const uint8_t *inner;
    int n;
    if (!PKCS8_pkey_get0(&kind, &inner, &n, NULL, info))
        return fault_trouble(f, "damaged: not PKCS #8");
    if (is_slh_dsa(kind))
        return n == SLH_DSA_SECRET_LEN ? secret_key_from_slh_dsa(k, inner, f)
                                       : fault_trouble(f, "not a well-formed SLH-DSA key");
    if (OBJ_obj2nid(kind) != NID_ED25519)
        return fault_trouble(f, "neither an Ed25519 nor an SLH-DSA-SHA2-128s key");
    if (n != 2 + ED25519_SEED || inner[0] != 0x04 || inner[1] != ED25519_SEED)
        return fault_trouble(f, "not a well-formed Ed25519 key");
    return secret_key_from_seed(k, inner + 2, f);
}

int pkcs8_read_plain(const uint8_t *der, size_t n, struct secret_key *k, struct fault *f)
{
    const uint8_t *end = der;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, (long)n);
    int result = info ? key_from_info(info, k, f) : fault_trouble(f, "damaged: not PKCS #8");
    PKCS8_PRIV_KEY_INFO_free(info);
    return result;
}

/* --- Encrypted: scrypt ------------------------------------------------------------------------
 * libcrypto limits the scrypt of a key file to 32 MiB, which N = 2^17 exceeds, so its two steps are
 * taken here. */

static int scrypt_key(const SCRYPT_PARAMS *s, const char *passphrase, size_t n, uint8_t *key,
                      size_t key_len)
{
    uint64_t N, r, p;
    if (!ASN1_INTEGER_get_uint64(&N, s->costParameter) ||
        !ASN1_INTEGER_get_uint64(&r, s->blockSize) ||
        !ASN1_INTEGER_get_uint64(&p, s->parallelizationParameter) || N > 1 << 20 || r > 64 ||
        p > 16)
        return -1;
    return EVP_PBE_scrypt(passphrase, n, s->salt->data, (size_t)s->salt->length, N, r, p,
                          SCRYPT_MEMORY, key, key_len) == 1
               ? 0
               : -1;
}

/* Looked up by its number, which is among the names of the algorithms that providers offer. */
static EVP_CIPHER *fetch_cipher(const ASN1_OBJECT *kind)
{
    char number[80];
    int n = OBJ_obj2txt(number, sizeof number, kind, 1);
    return n > 0 && n < (int)sizeof number ? EVP_CIPHER_fetch(NULL, number, NULL) : NULL;
}

/* Prepares ctx to decrypt by PBES2 with scrypt. */
static int scrypt_start(EVP_CIPHER_CTX *ctx, const PBE2PARAM *pbes2, const SCRYPT_PARAMS *s,
                        const char *passphrase, size_t n)
{
    uint8_t key[EVP_MAX_KEY_LENGTH];
    EVP_CIPHER *cipher = fetch_cipher(pbes2->encryption->algorithm);
    int result = -1;
    if (cipher && EVP_DecryptInit_ex(ctx, cipher, NULL, NULL, NULL) == 1 &&
        EVP_CIPHER_asn1_to_param(ctx, pbes2->encryption->parameter) >= 0 &&
        scrypt_key(s, passphrase, n, key, (size_t)EVP_CIPHER_CTX_get_key_length(ctx)) == 0 &&
        EVP_DecryptInit_ex(ctx, NULL, NULL, key, NULL) == 1)
        result = 0;
    OPENSSL_cleanse(key, sizeof key);
    EVP_CIPHER_free(cipher);
    return result;
}

/* out has space for PKCS8_MAX bytes, which is more than text holds. Gives the number of bytes, or
 * -1. */
static int decrypt(EVP_CIPHER_CTX *ctx, const ASN1_OCTET_STRING *text, uint8_t *out)
{
    int n, last;
    if (text->length > PKCS8_MAX - EVP_MAX_BLOCK_LENGTH ||
        EVP_DecryptUpdate(ctx, out, &n, text->data, text->length) != 1 ||
        EVP_DecryptFinal_ex(ctx, out + n, &last) != 1)
        return -1;
    return n + last;
}

static PKCS8_PRIV_KEY_INFO *decrypt_scrypt(const PBE2PARAM *pbes2, const ASN1_OCTET_STRING *text,
                                           const char *passphrase, size_t n)
{
    uint8_t plain[PKCS8_MAX];
    const uint8_t *end = plain;
    PKCS8_PRIV_KEY_INFO *info = NULL;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    SCRYPT_PARAMS *s = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS),
                                                 pbes2->keyfunc->parameter);
    if (ctx && s && scrypt_start(ctx, pbes2, s, passphrase, n) == 0) {
        int len = decrypt(ctx, text, plain);
        info = len < 0 ? NULL : d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, len);
    }
    SCRYPT_PARAMS_free(s);
    EVP_CIPHER_CTX_free(ctx);
    OPENSSL_cleanse(plain, sizeof plain);
    return info;
}

/* The parameters of the algorithm if it is PBES2, otherwise NULL. */
static PBE2PARAM *pbes2_of(const X509_ALGOR *way)
{
    if (OBJ_obj2nid(way->algorithm) != NID_pbes2)
        return NULL;
    return ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), way->parameter);
}

static bool bounded(const ASN1_INTEGER *rounds)
{
    uint64_t n;
    return ASN1_INTEGER_get_uint64(&n, rounds) == 1 && n <= ROUNDS_MAX;
}

/* Whether PBES2's PBKDF2, or an older encryption (pbes2 NULL), takes no more rounds than we are
 * willing to run (RFC 8018 and 7292). */
static bool bounded_rounds(const X509_ALGOR *way, const PBE2PARAM *pbes2)
{
    if (!pbes2) {
        PBEPARAM *old = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), way->parameter);
        bool good = old && bounded(old->iter);
        PBEPARAM_free(old);
        return good;
    }
    if (OBJ_obj2nid(pbes2->keyfunc->algorithm) != NID_id_pbkdf2)
        return false;
    PBKDF2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
                                               pbes2->keyfunc->parameter);
    bool good = p && bounded(p->iter);
    PBKDF2PARAM_free(p);
    return good;
}

static PKCS8_PRIV_KEY_INFO *decrypt_info(const X509_SIG *sealed, const char *passphrase, size_t n)
{
    const X509_ALGOR *way;
    const ASN1_OCTET_STRING *text;
    PKCS8_PRIV_KEY_INFO *info = NULL;
    X509_SIG_get0(sealed, &way, &text);
    PBE2PARAM *pbes2 = pbes2_of(way);
    if (pbes2 && OBJ_obj2nid(pbes2->keyfunc->algorithm) == NID_id_scrypt)
        info = decrypt_scrypt(pbes2, text, passphrase, n);
    else if (bounded_rounds(way, pbes2))
        info = PKCS8_decrypt(sealed, passphrase, (int)n);
    PBE2PARAM_free(pbes2);
    return info;
}

static int unlock(const char *path, const X509_SIG *sealed, const struct passphrase_source *ask,
                  struct secret_key *k, struct fault *f)
{
    char passphrase[PASSPHRASE_MAX];
    int n = ask->get(ask->self, path, passphrase, f);
    PKCS8_PRIV_KEY_INFO *info = n < 0 ? NULL : decrypt_info(sealed, passphrase, (size_t)n);
    OPENSSL_cleanse(passphrase, sizeof passphrase);
    if (n < 0)
        return -1;
    if (!info)
        return fault_trouble(f, "wrong passphrase (or a damaged file, or an encryption that "
                                "libcrypto does not know)");
    int result = key_from_info(info, k, f);
    PKCS8_PRIV_KEY_INFO_free(info);
    return result;
}

int pkcs8_read_encrypted(const char *path, const uint8_t *der, size_t n,
                         const struct passphrase_source *ask, struct secret_key *k, struct fault *f)
{
    const uint8_t *end = der;
    if (!ask)
        return fault_trouble(f, "encrypted, and there is no passphrase");
    X509_SIG *sealed = d2i_X509_SIG(NULL, &end, (long)n);
    int result = sealed ? unlock(path, sealed, ask, k, f)
                        : fault_trouble(f, "damaged: not PKCS #8");
    X509_SIG_free(sealed);
    return result;
}

/* --- Writing ------------------------------------------------------------------------------ */

size_t pkcs8_write_plain(const struct secret_key *k, uint8_t der[PKCS8_PLAIN_MAX])
{
    if (k->scheme == SIGNATURE_SLH_DSA) {
        memcpy(der, slh_dsa_head, sizeof slh_dsa_head);
        secret_key_slh_dsa_bytes(k, der + sizeof slh_dsa_head);
        return sizeof slh_dsa_head + SLH_DSA_SECRET_LEN;
    }
    memcpy(der, ed25519_head, sizeof ed25519_head);
    memcpy(der + sizeof ed25519_head, k->seed, ED25519_SEED);
    return sizeof ed25519_head + ED25519_SEED;
}

/* Everything but the ciphertext, of `ciphered` bytes. 0, or -1 and trouble. */
static int write_head(uint8_t *der, size_t ciphered, struct fault *f)
{
    memcpy(der, encrypted_head, sizeof encrypted_head);
    der[LENGTH_AT] = (uint8_t)(CIPHERED_AT - LENGTH_AT - 1 + ciphered);
    der[CIPHERED_AT - 1] = (uint8_t)ciphered;
    return secret_random(der + SALT_AT, SALT_LEN, f) || secret_random(der + IV_AT, IV_LEN, f);
}

int pkcs8_encrypt(const uint8_t *plain, size_t plain_len, const char *passphrase, size_t n,
                  uint8_t der[PKCS8_ENCRYPTED_MAX], struct fault *f)
{
    uint8_t key[32];
    int done = 0, last = 0, ciphered = (int)(plain_len / CIPHER_BLOCK + 1) * CIPHER_BLOCK;
    if (write_head(der, (size_t)ciphered, f))
        return -1;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool made = ctx &&
                EVP_PBE_scrypt(passphrase, n, der + SALT_AT, SALT_LEN, SCRYPT_N, SCRYPT_R, SCRYPT_P,
                               SCRYPT_MEMORY, key, sizeof key) == 1 &&
                EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, der + IV_AT) == 1 &&
                EVP_EncryptUpdate(ctx, der + CIPHERED_AT, &done, plain, (int)plain_len) == 1 &&
                EVP_EncryptFinal_ex(ctx, der + CIPHERED_AT + done, &last) == 1 &&
                done + last == ciphered;
    EVP_CIPHER_CTX_free(ctx);
    OPENSSL_cleanse(key, sizeof key);
    if (made)
        return CIPHERED_AT + ciphered;
    return fault_trouble(f, "cannot encrypt the key (scrypt takes 128 MiB of memory)");
}
