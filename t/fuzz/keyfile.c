/*
 * crypto/keyfile, on a file of any bytes: a key or a fault, and a key signs what its public half
 * verifies.
 *
 * A file may ask for hours of work before its passphrase can be tried: those that ask for more than
 * a little get none here.
 */
#include "crypto/keyfile.h"
#include "base/hex.h"
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct asked {
    const uint8_t *data;
    size_t n;
};

static int value_of(uint8_t c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* What the file has in base64 up to the next line of dashes. Gives its length. */
static size_t decode(const struct asked *a, uint8_t *out)
{
    static const char label[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    const uint8_t *at = memmem(a->data, a->n, label, sizeof label - 1), *end = a->data + a->n;
    uint32_t bits = 0;
    size_t len = 0, count = 0;
    must(at);
    for (at += sizeof label - 1; at < end && *at != '-'; at++) {
        int value = value_of(*at);
        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        if (count++ % 4)
            out[len++] = (uint8_t)(bits >> (6 - 2 * ((count - 1) % 4)));
    }
    return len;
}

/* The head of a piece of DER: how many bytes, and *len that follow; 0: none, or an unusual one. */
static size_t der_head(const uint8_t *p, size_t n, size_t *len)
{
    size_t head = n < 3 || p[1] < 0x80 ? 2 : p[1] == 0x81 ? 3 : p[1] == 0x82 ? 4 : 0;
    if (head == 0 || n < head)
        return 0;
    *len = head == 2 ? p[1] : head == 3 ? p[2] : (size_t)p[2] << 8 | p[3];
    return *len <= n - head ? head : 0;
}

/* Whether an integer in it, which might be a cost or a count of rounds, is over 511. */
static bool asks_much(const uint8_t *p, size_t n)
{
    size_t len, head;
    for (; n > 0; p += head + len, n -= head + len) {
        head = der_head(p, n, &len);
        if (head == 0)
            return true;
        if (p[0] == 0x02 && (len > 2 || (len == 2 && p[head] > 1)))
            return true;
        if (p[0] & 0x20 && asks_much(p + head, len))
            return true;
    }
    return false;
}

static int answer(void *self, const char *path, char out[PASSPHRASE_MAX], struct fault *f)
{
    static const char word[] = "secret";
    const struct asked *a = self;
    uint8_t *der = malloc(a->n);
    must(der);
    bool much = asks_much(der, decode(a, der));
    free(der);
    if (much)
        return fault_trouble(f, "%s: too much work", path);
    memcpy(out, word, sizeof word - 1);
    return sizeof word - 1;
}

static void check_key(const struct secret_key *k)
{
    static struct signature_text signature;
    uint8_t bytes[ED25519_SIGNATURE_LEN];
    struct fault f;
    must(secret_key_sign_text(k, "word", 4, &signature, &f) == 0);
    must(signature.len == strlen(signature.text));
    struct sigjob job = {.key = k->public, .message = "word", .len = 4, .scheme = k->scheme};
    job.signature = (const uint8_t *)signature.text;
    if (k->scheme == SIGNATURE_ED25519) {
        must(hex_decode(bytes, signature.text, sizeof bytes) == 0);
        job.signature = bytes;
    }
    must(sigjob_check(&job, &f) == 1);
    job.message = "work";
    must(sigjob_check(&job, &f) == 0);
}

/* What is written of a key is read as the same one. */
static void check_plain(const struct secret_key *k)
{
    uint8_t der[PKCS8_PLAIN_MAX];
    struct secret_key again = {0};
    struct fault f;
    size_t n = pkcs8_write_plain(k, der);
    must(pkcs8_read_plain(der, n, &again, &f) == 0);
    must(again.scheme == k->scheme);
    must_equal(again.public, sizeof again.public, k->public, sizeof k->public);
    secret_key_wipe(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct asked asked = {data, n};
    struct passphrase_source ask = {answer, &asked};
    struct secret_key k;
    struct fault f;
    char path[64];
    int fd = memfd_create("key", MFD_CLOEXEC);
    must(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (keyfile_read(path, &ask, &k, &f) == 0) {
        check_key(&k);
        check_plain(&k);
    } else {
        must(f.kind != FAULT_NONE && f.text[0]);
    }
    secret_key_wipe(&k);
    close(fd);
    return 0;
}
