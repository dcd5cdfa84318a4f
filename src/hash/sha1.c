#include "hash/sha1.h"

#include <string.h>

enum { CHUNK = 64, LENGTH = 8 };

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

/* FIPS 180-4, section 6.1.2, step 1. */
static void schedule(const uint8_t chunk[CHUNK], uint32_t w[80])
{
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)chunk[4 * t] << 24 | (uint32_t)chunk[4 * t + 1] << 16 |
               (uint32_t)chunk[4 * t + 2] << 8 | chunk[4 * t + 3];
    for (int t = 16; t < 80; t++)
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
}

/* Section 4.1.1: f of round t, with its constant of section 4.2.1. */
static uint32_t mix(int t, const uint32_t v[5])
{
    uint32_t b = v[1], c = v[2], d = v[3];
    if (t < 20)
        return ((b & c) ^ (~b & d)) + 0x5a827999;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ed9eba1;
    if (t < 60)
        return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

static void compress(uint32_t state[5], const uint8_t chunk[CHUNK])
{
    uint32_t w[80], v[5];
    schedule(chunk, w);
    memcpy(v, state, sizeof v);
    for (int t = 0; t < 80; t++) {
        uint32_t next = rotate(v[0], 5) + mix(t, v) + v[4] + w[t];
        v[4] = v[3];
        v[3] = v[2];
        v[2] = rotate(v[1], 30);
        v[1] = v[0];
        v[0] = next;
    }
    for (int i = 0; i < 5; i++)
        state[i] += v[i];
}

/* The rest of the text, padded (section 5.1.1). */
static void finish(uint32_t state[5], const uint8_t *rest, size_t n, uint64_t all)
{
    uint8_t last[2 * CHUNK] = {0};
    size_t len = n + 1 + LENGTH <= CHUNK ? CHUNK : 2 * CHUNK;
    if (n)
        memcpy(last, rest, n);
    last[n] = 0x80;
    for (size_t i = 0; i < LENGTH; i++)
        last[len - 1 - i] = (uint8_t)(all * 8 >> 8 * i);
    for (size_t at = 0; at < len; at += CHUNK)
        compress(state, last + at);
}

void sha1(const void *data, size_t n, uint8_t out[SHA1_LEN])
{
    uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const uint8_t *bytes = data;
    size_t at = 0;
    for (; n - at >= CHUNK; at += CHUNK)
        compress(state, bytes + at);
    finish(state, n > at ? bytes + at : NULL, n - at, n);
    for (int i = 0; i < SHA1_LEN; i++)
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}
