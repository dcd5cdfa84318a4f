#include "crypto/keyfile.h"

#include "base/file.h"
#include "crypto/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MAX = 16384, /* any key's PEM, with space for text around it */
    PEM_LINE = 64,
    SALT_LEN = 16,
    IV_LEN = 16,
    PLAIN_LEN = 48,   /* an Ed25519 key in PKCS #8 */
    CIPHERED_LEN = 64 /* the same, with padding */
};

/* Our own parameters, and the limits on those of other files: N = 2^20, r = 8 takes a GiB. */
#define SCRYPT_N (1 << 17)
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEMORY ((uint64_t)1100 << 20)
#define ROUNDS_MAX 4000000 /* the limit for other files; some seconds */

#define PLAIN_LABEL "PRIVATE KEY"
#define ENCRYPTED_LABEL "ENCRYPTED PRIVATE KEY"

/* Without its configuration file, error texts, and tables of pre-provider names, which take longer
 * to set up than everything else that txsign does. A program that needs them initialises libcrypto
 * earlier. */
static int start_libcrypto(struct fault *f)
{
    uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                       OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                       OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
    if (OPENSSL_init_crypto(options, NULL) == 1)
        return 0;
    return fault_trouble(f, "cannot start libcrypto");
}

static int random_bytes(void *out, size_t n, struct fault *f)
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
    if (start_libcrypto(f) || random_bytes(k->seed, sizeof k->seed, f))
        return -1;
    return complete(k, f);
}

int secret_key_from_text(struct secret_key *k, const char *text, size_t n, struct fault *f)
{
    if (start_libcrypto(f))
        return -1;
    sha256(text, n, k->seed);
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

/* --- PKCS #8 ------------------------------------------------------------------------------ */

/* RFC 8410: SEQUENCE { 0, { 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }. */
static const uint8_t plain_head[PLAIN_LEN - 32] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                   0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

/* RFC 5958, 8018 and 7914, up to the ciphertext; salt and iv are filled in:
 *   SEQUENCE { { PBES2, { { scrypt, { salt, N = 2^17, r = 8, p = 1 } },
 *                         { aes-256-cbc, iv } } }, OCTET STRING { ciphered } } */
enum { SALT_AT = 35, IV_AT = 77, CIPHERED_AT = 95, ENCRYPTED_LEN = CIPHERED_AT + CIPHERED_LEN };
static const uint8_t encrypted_head[CIPHERED_AT] = {
    0x30, 0x81, 0x9c, 0x30, 0x58, 0x06, 0x09, 0x2a, 0x86, 0x48,        0x86, 0xf7, 0x0d,
    0x01, 0x05, 0x0d, 0x30, 0x4b, 0x30, 0x2a, 0x06, 0x09, 0x2b,        0x06, 0x01, 0x04,
    0x01, 0xda, 0x47, 0x04, 0x0b, 0x30, 0x1d, 0x04, 0x10, [51] = 0x02, 0x03, 0x02, 0x00,
    0x00, 0x02, 0x01, 0x08, 0x02, 0x01, 0x01, 0x30, 0x1d, 0x06,        0x09, 0x60, 0x86,
    0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10, [93] = 0x04, 0x40,
};

static int key_from_info(const PKCS8_PRIV_KEY_INFO *info, struct secret_key *k, struct fault *f)
{
    const ASN1_OBJECT *kind;
    const uint8_t *inner;
    int n;
    if (!PKCS8_pkey_get0(&kind, &inner, &n, NULL, info) || OBJ_obj2nid(kind) != NID_ED25519)
        return fault_trouble(f, "not an Ed25519 key");
    if (n != 34 || inner[0] != 0x04 || inner[1] != 0x20)
        return fault_trouble(f, "not a well-formed Ed25519 key");
    memcpy(k->seed, inner + 2, sizeof k->seed);
    return complete(k, f);
}

static int read_plain(const uint8_t *der, size_t n, struct secret_key *k, struct fault *f)
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

/* out has space for FILE_MAX bytes, which is more than text holds. Gives the number of bytes, or
 * -1. */
static int decrypt(EVP_CIPHER_CTX *ctx, const ASN1_OCTET_STRING *text, uint8_t *out)
{
    int n, last;
    if (text->length > FILE_MAX - EVP_MAX_BLOCK_LENGTH ||
        EVP_DecryptUpdate(ctx, out, &n, text->data, text->length) != 1 ||
        EVP_DecryptFinal_ex(ctx, out + n, &last) != 1)
        return -1;
    return n + last;
}

static PKCS8_PRIV_KEY_INFO *decrypt_scrypt(const PBE2PARAM *pbes2, const ASN1_OCTET_STRING *text,
                                           const char *passphrase, size_t n)
{
    uint8_t plain[FILE_MAX];
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

static int read_encrypted(const char *path, const uint8_t *der, size_t n,
                          const struct passphrase_source *ask, struct secret_key *k,
                          struct fault *f)
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

/* --- PEM ------------------------------------------------------------------------------------
 * Read and written here: libcrypto's own reader leaves the key's base64 in memory that it frees
 * without wiping. */

/* The text between a label's two lines, with its length in *n; NULL if they are missing. */
static const char *pem_find(const char *text, const char *label, size_t *n)
{
    char mark[64];
    snprintf(mark, sizeof mark, "-----BEGIN %s-----", label);
    const char *begin = strstr(text, mark);
    if (!begin || (begin > text && begin[-1] != '\n'))
        return NULL;
    begin += strlen(mark);
    snprintf(mark, sizeof mark, "\n-----END %s-----", label);
    const char *end = strstr(begin, mark);
    *n = end ? (size_t)(end - begin) : 0;
    return end ? begin : NULL;
}

/* Decodes n bytes of base64 and white space. Gives the number of bytes, or -1. buffer has space for
 * n, out for three quarters of it. */
static int pem_decode(const char *text, size_t n, uint8_t *buffer, uint8_t *out)
{
    int len = 0, padding = 0;
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", text[i]))
            buffer[len++] = (uint8_t)text[i];
    while (padding < 2 && padding < len && buffer[len - 1 - padding] == '=')
        padding++;
    int bytes = len % 4 ? -1 : EVP_DecodeBlock(out, buffer, len);
    return bytes < 0 ? -1 : bytes - padding;
}

static int read_pem(const char *path, const char *text, const struct passphrase_source *ask,
                    struct secret_key *k, struct fault *f)
{
    uint8_t buffer[FILE_MAX], der[FILE_MAX];
    size_t len;
    int result;
    const char *plain = pem_find(text, PLAIN_LABEL, &len);
    const char *body = plain ? plain : pem_find(text, ENCRYPTED_LABEL, &len);
    int n = body ? pem_decode(body, len, buffer, der) : 0;
    if (!body)
        result = fault_trouble(f, "no PEM private key (PKCS #8) in it");
    else if (n < 0)
        result = fault_trouble(f, "damaged: its base64 is broken");
    else if (plain)
        result = read_plain(der, (size_t)n, k, f);
    else
        result = read_encrypted(path, der, (size_t)n, ask, k, f);
    OPENSSL_cleanse(buffer, sizeof buffer);
    OPENSSL_cleanse(der, sizeof der);
    return result;
}

static int read_whole(int fd, char text[FILE_MAX], struct fault *f)
{
    size_t n = 0;
    while (n < FILE_MAX) {
        ssize_t got = read(fd, text + n, FILE_MAX - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_errno(f, "cannot read");
        if (got == 0) {
            text[n] = 0;
            return 0;
        }
        n += (size_t)got;
    }
    return fault_trouble(f, "too large for a key file");
}

static int check_mode(int fd, const char *path, struct fault *f)
{
    struct stat st;
    if (fstat(fd, &st))
        return fault_errno(f, "cannot stat");
    if (!S_ISREG(st.st_mode))
        return fault_trouble(f, "not a regular file");
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return fault_trouble(f, "a secret key that others can get at: chmod 600 %s", path);
    return 0;
}

int keyfile_read(const char *path, const struct passphrase_source *ask, struct secret_key *k,
                 struct fault *f)
{
    char text[FILE_MAX];
    *k = (struct secret_key){0};
    int fd = file_open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = check_mode(fd, path, f) || start_libcrypto(f) || read_whole(fd, text, f) ||
                         read_pem(path, text, ask, k, f)
                     ? -1
                     : 0;
    OPENSSL_cleanse(text, sizeof text);
    ERR_clear_error();
    close(fd);
    return result;
}

/* --- Writing ------------------------------------------------------------------------------ */

static int encrypt(const uint8_t plain[PLAIN_LEN], const char *passphrase, size_t n,
                   uint8_t der[ENCRYPTED_LEN], struct fault *f)
{
    uint8_t key[32];
    int done = 0, last = 0, result = 0;
    memcpy(der, encrypted_head, sizeof encrypted_head);
    if (random_bytes(der + SALT_AT, SALT_LEN, f) || random_bytes(der + IV_AT, IV_LEN, f))
        return -1;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (!ctx ||
        EVP_PBE_scrypt(passphrase, n, der + SALT_AT, SALT_LEN, SCRYPT_N, SCRYPT_R, SCRYPT_P,
                       SCRYPT_MEMORY, key, sizeof key) != 1 ||
        EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, der + IV_AT) != 1 ||
        EVP_EncryptUpdate(ctx, der + CIPHERED_AT, &done, plain, PLAIN_LEN) != 1 ||
        EVP_EncryptFinal_ex(ctx, der + CIPHERED_AT + done, &last) != 1 ||
        done + last != CIPHERED_LEN)
        result = fault_trouble(f, "cannot encrypt the key (scrypt takes 128 MiB of memory)");
    EVP_CIPHER_CTX_free(ctx);
    OPENSSL_cleanse(key, sizeof key);
    return result;
}

static size_t put(char *out, size_t at, const char *format, const char *word, int n)
{
    return at + (size_t)sprintf(out + at, format, n, word);
}

/* Writes PEM at out, which has space for FILE_MAX bytes. Gives its length. */
static size_t pem_encode(const char *label, const uint8_t *der, int n, char *out)
{
    char base64[4 * ENCRYPTED_LEN / 3 + 8];
    int len = EVP_EncodeBlock((uint8_t *)base64, der, n);
    size_t at = put(out, 0, "-----BEGIN %.*s-----\n", label, 64);
    for (int i = 0; i < len; i += PEM_LINE)
        at = put(out, at, "%.*s\n", base64 + i, PEM_LINE);
    OPENSSL_cleanse(base64, sizeof base64);
    return put(out, at, "-----END %.*s-----\n", label, 64);
}

static int make_pem(const struct secret_key *k, const char *passphrase, size_t n, char *out,
                    size_t *len, struct fault *f)
{
    uint8_t plain[PLAIN_LEN], der[ENCRYPTED_LEN];
    memcpy(plain, plain_head, sizeof plain_head);
    memcpy(plain + sizeof plain_head, k->seed, sizeof k->seed);
    int result = n ? encrypt(plain, passphrase, n, der, f) : 0;
    if (!result)
        *len = n ? pem_encode(ENCRYPTED_LABEL, der, ENCRYPTED_LEN, out)
                 : pem_encode(PLAIN_LABEL, plain, PLAIN_LEN, out);
    OPENSSL_cleanse(plain, sizeof plain);
    return result;
}

int keyfile_write(const char *path, const struct secret_key *k, const char *passphrase, size_t n,
                  struct fault *f)
{
    char text[FILE_MAX];
    size_t len = 0;
    if (start_libcrypto(f))
        return -1;
    int result = make_pem(k, passphrase, n, text, &len, f) || file_make(path, true, text, len, f)
                     ? -1
                     : 0;
    OPENSSL_cleanse(text, sizeof text);
    ERR_clear_error();
    return result;
}
