/*
 * Puts questions to SLH-DSA.
 *
 *     slhtest ask ZEROS    answers each line "KEY MESSAGE SIGNATURE", in hex ("-": the empty
 *                          message), with yes or no; so many zero bytes stand before the message
 *     slhtest sign SEEDS MESSAGE   prints "KEY SIGNATURE", in hex, of SK.seed, SK.prf and PK.seed
 *     slhtest forged       one byte changed at each place of a signature, among others that hold
 */
#include "base/hex.h"
#include "crypto/slh_dsa_jobs.h"
#include "random.h"
#include "slhdsa/parts.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Cases ------------------------------------------------------------------------------------ */

/* The bytes of a word of hex digits, in memory of their own. */
static uint8_t *bytes_of(const char *word, size_t *n)
{
    *n = strcmp(word, "-") ? strlen(word) / 2 : 0;
    uint8_t *bytes = malloc(*n + 1);
    if (!bytes)
        err(2, NULL);
    if (hex_decode(bytes, word, *n))
        errx(2, "not hex: %.20s", word);
    return bytes;
}

static bool holds(const char *key, const char *message, const char *signature, size_t zeros)
{
    size_t key_len, n, signature_len;
    struct slh_question q = {.zeros = zeros};
    uint8_t *all[] = {bytes_of(key, &key_len), bytes_of(message, &n),
                      bytes_of(signature, &signature_len)};
    bool valid = false;
    q.key = all[0];
    q.message = all[1];
    q.signature = all[2];
    q.len = n;
    if (key_len == SLH_DSA_KEY_LEN && signature_len == SLH_DSA_SIGNATURE_LEN)
        slh_verify_internal(&q, 1, &valid);
    for (int i = 0; i < 3; i++)
        free(all[i]);
    return valid;
}

static void ask(const char *zeros)
{
    char *line = NULL, *key, *message, *signature;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        char *rest = line;
        key = strsep(&rest, " \n");
        message = strsep(&rest, " \n");
        signature = strsep(&rest, " \n");
        if (!signature)
            errx(2, "not a case: %.40s", key);
        puts(holds(key, message, signature, (size_t)atoi(zeros)) ? "yes" : "no");
    }
    free(line);
}

static void sign(const char *seeds, const char *text)
{
    static uint8_t secret[SLH_DSA_SECRET_LEN], signature[SLH_DSA_SIGNATURE_LEN];
    static char key[2 * SLH_DSA_KEY_LEN], hex[SLH_DSA_HEX_LEN];
    size_t n;
    uint8_t *message = bytes_of(text, &n);
    if (strlen(seeds) != 2 * SLH_DSA_SEEDS_LEN || hex_decode(secret, seeds, SLH_DSA_SEEDS_LEN))
        errx(2, "not 48 bytes: %s", seeds);
    slh_dsa_complete(secret);
    slh_dsa_sign(secret, message, n, signature);
    hex_encode(key, secret + SLH_DSA_SECRET_LEN - SLH_DSA_KEY_LEN, SLH_DSA_KEY_LEN);
    hex_encode(hex, signature, sizeof signature);
    printf("%.*s %.*s\n", (int)sizeof key, key, (int)sizeof hex, hex);
    free(message);
}

/* --- Forgeries -------------------------------------------------------------------------------- */

enum { TOGETHER = 5 }; /* more than are checked side by side */

struct honest {
    uint8_t secret[SLH_DSA_SECRET_LEN];
    char hex[SLH_DSA_HEX_LEN], forged[SLH_DSA_HEX_LEN];
};

static struct sigjob job_of(const struct honest *h, const char *hex)
{
    return (struct sigjob){.key = h->secret + SLH_DSA_SECRET_LEN - SLH_DSA_KEY_LEN,
                           .signature = (const uint8_t *)hex,
                           .message = "message",
                           .len = 7,
                           .scheme = SIGNATURE_SLH_DSA};
}

/* The forged one is refused at this place among others, which hold. */
static void refused(const struct honest *h, const struct sigjob *forged, size_t place,
                    const char *what, size_t at)
{
    struct sigjob jobs[TOGETHER];
    for (size_t i = 0; i < TOGETHER; i++) {
        jobs[i] = i == place ? *forged : job_of(h, h->hex);
        jobs[i].valid = i == place;
    }
    slh_dsa_check_all(jobs, TOGETHER);
    for (size_t i = 0; i < TOGETHER; i++)
        if (jobs[i].valid != (i != place) || jobs[i].unknown)
            errx(1, "%s at %zu, place %zu: job %zu is wrong", what, at, place, i);
}

/* Every value of the signature: R, secrets and paths of FORS, chains and paths of all layers. */
static void every_value(struct honest *h, uint64_t *seed)
{
    for (size_t at = 0; at < SLH_DSA_HEX_LEN; at += 2 * SLH_N) {
        size_t digit = at + chance_next(seed) % (2 * SLH_N);
        char was = h->hex[digit];
        struct sigjob job = job_of(h, h->forged);
        memcpy(h->forged, h->hex, sizeof h->hex);
        do
            h->forged[digit] = "0123456789abcdef"[chance_next(seed) % 16];
        while (h->forged[digit] == was);
        refused(h, &job, at / (2 * SLH_N) % TOGETHER, "a changed digit", digit);
    }
}

static void not_digits(struct honest *h)
{
    static const char bad[] = "gA /:@`\n";
    for (size_t i = 0; i < sizeof bad; i++) {
        size_t at = i * 1000 + i;
        struct sigjob job = job_of(h, h->forged);
        memcpy(h->forged, h->hex, sizeof h->hex);
        h->forged[at] = bad[i];
        refused(h, &job, i % TOGETHER, "no digit", at);
    }
}

static void other_questions(struct honest *h)
{
    struct sigjob job = job_of(h, h->hex);
    uint8_t key[SLH_DSA_KEY_LEN], bare[SLH_DSA_SIGNATURE_LEN];
    job.len--;
    refused(h, &job, 0, "a shorter message", 0);
    for (size_t i = 0; i < SLH_DSA_KEY_LEN; i++) {
        job = job_of(h, h->hex);
        memcpy(key, job.key, sizeof key);
        key[i] ^= 1;
        job.key = key;
        refused(h, &job, i % TOGETHER, "another key", i);
    }
    slh_sign_internal(h->secret, 0, "message", 7, 1, bare);
    hex_encode(h->forged, bare, sizeof bare);
    job = job_of(h, h->forged);
    refused(h, &job, 1, "a signature of the internal interface", 0);
    slh_sign_internal(h->secret, 0, "\0\1xmessage", 10, 2, bare);
    hex_encode(h->forged, bare, sizeof bare);
    refused(h, &job, 2, "another context", 0);
    slh_sign_internal(h->secret, 0, "\0\0message", 9, 3, bare);
    hex_encode(h->forged, bare, sizeof bare);
    if (memcmp(h->forged, h->hex, sizeof h->hex) != 0)
        errx(1, "the number of threads, or two zero bytes, make another signature");
}

static void forged(void)
{
    static struct honest h;
    uint8_t signature[SLH_DSA_SIGNATURE_LEN];
    uint64_t seed = 2;
    fill(h.secret, SLH_DSA_SEEDS_LEN, &seed);
    slh_dsa_complete(h.secret);
    slh_dsa_sign(h.secret, "message", 7, signature);
    hex_encode(h.hex, signature, sizeof signature);
    if (!slh_dsa_verify(h.secret + SLH_DSA_SECRET_LEN - SLH_DSA_KEY_LEN, signature, "message", 7))
        errx(1, "our own signature does not hold");
    every_value(&h, &seed);
    not_digits(&h);
    other_questions(&h);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(what, "ask") == 0)
        ask(argv[2]);
    else if (argc == 4 && strcmp(what, "sign") == 0)
        sign(argv[2], argv[3]);
    else if (argc == 2 && strcmp(what, "forged") == 0)
        forged();
    else
        errx(2, "see the head of slhtest.c");
    return 0;
}
