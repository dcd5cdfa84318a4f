#include "crypto/keyfile.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_LINE = 64 };

#define PLAIN_LABEL "PRIVATE KEY"
#define ENCRYPTED_LABEL "ENCRYPTED PRIVATE KEY"

/* --- PEM ------------------------------------------------------------------------------------
 * PEM (RFC 7468) is read and written here, because libcrypto's reader frees the key's base64
 * without wiping it. */

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
    uint8_t buffer[PKCS8_MAX], der[PKCS8_MAX];
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
        result = pkcs8_read_plain(der, (size_t)n, k, f);
    else
        result = pkcs8_read_encrypted(path, der, (size_t)n, ask, k, f);
    OPENSSL_cleanse(buffer, sizeof buffer);
    OPENSSL_cleanse(der, sizeof der);
    return result;
}

static int read_whole(int fd, char text[PKCS8_MAX], struct fault *f)
{
    size_t n = 0;
    while (n < PKCS8_MAX) {
        ssize_t got = read(fd, text + n, PKCS8_MAX - n);
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
    char text[PKCS8_MAX];
    *k = (struct secret_key){0};
    int fd = file_open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (fd < 0)
        return fault_errno(f, "cannot open");
    int result = check_mode(fd, path, f) || libcrypto_start(f) || read_whole(fd, text, f) ||
                         read_pem(path, text, ask, k, f)
                     ? -1
                     : 0;
    OPENSSL_cleanse(text, sizeof text);
    ERR_clear_error();
    close(fd);
    return result;
}

/* --- Writing ------------------------------------------------------------------------------ */

static size_t put(char *out, size_t at, const char *format, const char *word, int n)
{
    return at + (size_t)sprintf(out + at, format, n, word);
}

/* Writes PEM at out, which has space for PKCS8_MAX bytes. Gives its length. */
static size_t pem_encode(const char *label, const uint8_t *der, int n, char *out)
{
    char base64[4 * PKCS8_ENCRYPTED_MAX / 3 + 8];
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
    uint8_t plain[PKCS8_PLAIN_MAX], der[PKCS8_ENCRYPTED_MAX];
    int plain_len = (int)pkcs8_write_plain(k, plain), result = 0;
    if (n) {
        int sealed = pkcs8_encrypt(plain, (size_t)plain_len, passphrase, n, der, f);
        result = sealed < 0 ? -1 : 0;
        *len = sealed < 0 ? 0 : pem_encode(ENCRYPTED_LABEL, der, sealed, out);
    } else {
        *len = pem_encode(PLAIN_LABEL, plain, plain_len, out);
    }
    OPENSSL_cleanse(plain, sizeof plain);
    return result;
}

int keyfile_write(const char *path, const struct secret_key *k, const char *passphrase, size_t n,
                  struct fault *f)
{
    char text[PKCS8_MAX];
    size_t len = 0;
    if (libcrypto_start(f))
        return -1;
    int result = make_pem(k, passphrase, n, text, &len, f) || file_make(path, true, text, len, f)
                     ? -1
                     : 0;
    OPENSSL_cleanse(text, sizeof text);
    ERR_clear_error();
    return result;
}
