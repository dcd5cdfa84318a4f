/* Compares our SHA-256 with libcrypto's; prints differences, and is silent otherwise. */
#include "hash/sha256.h"
#include "base/hex.h"
#include "base/processor.h"
#include "random.h"

#include <err.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_MAX = 300, LONG_MAX = 1 << 16, RANDOM_RUNS = 300 };

static void same(const uint8_t got[SHA256_LEN], const uint8_t *data, size_t n, const char *what)
{
    uint8_t want[SHA256_LEN];
    SHA256(data, n, want);
    if (memcmp(got, want, sizeof want) != 0)
        errx(1, "%s: %zu bytes hash differently", what, n);
}

/* The hash by one kernel, padded here. */
static void by_kernel(const struct sha256_kernel *k, const uint8_t *data, size_t n,
                      uint8_t out[SHA256_LEN])
{
    size_t chunks = (n + 8) / SHA256_CHUNK + 1;
    uint8_t *padded = calloc(chunks, SHA256_CHUNK);
    struct sha256 h;
    if (!padded)
        err(2, NULL);
    memcpy(padded, data, n);
    padded[n] = 0x80;
    for (size_t i = 0; i < 8; i++)
        padded[chunks * SHA256_CHUNK - 1 - i] = (uint8_t)((uint64_t)n * 8 >> 8 * i);
    sha256_init(&h);
    k->compress(h.state, padded, chunks);
    for (size_t i = 0; i < SHA256_LEN; i++)
        out[i] = (uint8_t)(h.state[i / 4] >> (24 - 8 * (i % 4)));
    free(padded);
}

static void every_length(const uint8_t *data)
{
    uint8_t got[SHA256_LEN];
    for (size_t n = 0; n <= SHORT_MAX; n++) {
        sha256(data, n, got);
        same(got, data, n, "sha256");
        for (const struct sha256_kernel *k = sha256_kernels; k->name; k++) {
            if (!processor_has(k->needs))
                continue;
            by_kernel(k, data, n, got);
            same(got, data, n, k->name);
        }
    }
}

static void every_split(const uint8_t *data)
{
    uint8_t got[SHA256_LEN];
    struct sha256 h;
    for (size_t n = 0; n <= SHORT_MAX; n += n < 130 ? 1 : 17)
        for (size_t cut = 0; cut <= n; cut++) {
            sha256_init(&h);
            sha256_update(&h, data, cut);
            sha256_update(&h, data + cut, n - cut);
            sha256_final(&h, got);
            same(got, data, n, "two updates");
        }
}

static void random_ones(uint8_t *data, uint64_t *seed)
{
    uint8_t got[SHA256_LEN];
    struct sha256 h;
    for (int run = 0; run < RANDOM_RUNS; run++) {
        size_t n = chance_next(seed) % LONG_MAX, at = 0;
        fill(data, n < 512 ? n : 512, seed);
        sha256_init(&h);
        while (at < n) {
            size_t part = chance_next(seed) % 200;
            part = part < n - at ? part : n - at;
            sha256_update(&h, data + at, part);
            at += part;
        }
        sha256_final(&h, got);
        same(got, data, n, "random updates");
        for (const struct sha256_kernel *k = sha256_kernels; k->name; k++) {
            if (!processor_has(k->needs))
                continue;
            by_kernel(k, data, n, got);
            same(got, data, n, k->name);
        }
    }
}

/* All of a kernel's states side by side. */
static void side_by_side(const uint8_t *data)
{
    for (const struct sha256_kernel *k = sha256_kernels; k->name; k++) {
        uint32_t together[SHA256_LANES][8], alone[SHA256_LANES][8];
        const uint8_t *chunks[SHA256_LANES];
        if (!processor_has(k->needs))
            continue;
        for (size_t n = 1; n < 20; n++) {
            for (size_t t = 0; t < SHA256_LANES; t++) {
                chunks[t] = data + 1000 * t + n;
                memcpy(together[t], data + 100 * t, sizeof together[t]);
                memcpy(alone[t], together[t], sizeof alone[t]);
                k->compress(alone[t], chunks[t], n);
            }
            k->compress_lanes(together, chunks, n);
            if (memcmp(together, alone, sizeof alone) != 0)
                errx(1, "%s: %zu chunks side by side are others", k->name, n);
        }
    }
}

/* Up to nine texts at once, of one length, of nearly one, or of very different ones. */
static void many_at_once(const uint8_t *data, uint64_t *seed)
{
    enum { MANY = 9 };
    uint8_t got[MANY][SHA256_LEN];
    struct sha256_text texts[MANY];
    for (size_t run = 0; run < 3000; run++) {
        size_t count = run % (MANY + 1), len = chance_next(seed) % 400;
        for (size_t i = 0; i < count; i++) {
            size_t add = run % 3 == 0 ? 0 : chance_next(seed) % (run % 3 == 1 ? 10 : 700);
            texts[i] = (struct sha256_text){data + chance_next(seed) % 1000, len + add, got[i]};
        }
        sha256_all(texts, count);
        for (size_t i = 0; i < count; i++)
            same(got[i], texts[i].data, texts[i].len, "many at once");
    }
}

/* 2^29 bytes and three more, whose length in bits takes more than 32 bits. The hash is sha256sum's
 * for as many zeros. */
static void long_one(const uint8_t *zeros)
{
    static const char want[] = "403a955183d83bd37bd31dde74eb3b713fcf99b6ba1a87fa91aa5befe4f51280";
    uint8_t got[SHA256_LEN];
    struct sha256 h;
    sha256_init(&h);
    for (int i = 0; i < (1 << 29) / LONG_MAX; i++)
        sha256_update(&h, zeros, LONG_MAX);
    sha256_update(&h, zeros, 3);
    sha256_final(&h, got);
    if (strcmp(hex32(got).text, want) != 0)
        errx(1, "2^29 + 3 bytes hash differently");
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    uint8_t *data = calloc(1, LONG_MAX);
    if (!data)
        err(2, NULL);
    if (argc > 1 && strcmp(argv[1], "names") == 0) {
        for (const struct sha256_kernel *k = sha256_kernels; k->name; k++)
            printf("%s %s\n", k->name, processor_has(k->needs) ? "usable" : "not here");
    } else {
        long_one(data);
        fill(data, LONG_MAX, &seed);
        every_length(data);
        every_split(data);
        random_ones(data, &seed);
        fill(data, LONG_MAX, &seed);
        side_by_side(data);
        many_at_once(data, &seed);
    }
    free(data);
    return 0;
}
