#include "hash/sha256.h"

#include "base/processor.h"
#include "hash/sha256_ni.h"

#include <stdatomic.h>
#include <string.h>

static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t load_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_be(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

static inline uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* FIPS 180-4, 6.2.2, step 1. */
static void schedule(uint32_t w[64], const uint8_t *chunk)
{
    for (int t = 0; t < 16; t++)
        w[t] = load_be(chunk + 4 * t);
    for (int t = 16; t < 64; t++) {
        uint32_t x = w[t - 15], y = w[t - 2];
        w[t] = w[t - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) + w[t - 7] +
               (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
    }
}

/* Steps 2 to 4: s is a to h. */
static void rounds(uint32_t s[8], const uint32_t w[64])
{
#pragma GCC unroll 8
    for (int t = 0; t < 64; t++) {
        uint32_t a = s[0], b = s[1], c = s[2], e = s[4];
        uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                      ((e & s[5]) ^ (~e & s[6])) + sha256_constants[t] + w[t];
        uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                      ((a & b) ^ (a & c) ^ (b & c));
        s[7] = s[6];
        s[6] = s[5];
        s[5] = e;
        s[4] = s[3] + t1;
        s[3] = c;
        s[2] = b;
        s[1] = a;
        s[0] = t1 + t2;
    }
}

static void compress_portable(uint32_t state[8], const uint8_t *chunks, size_t n)
{
    for (; n; n--, chunks += SHA256_CHUNK) {
        uint32_t w[64], s[8];
        schedule(w, chunks);
        memcpy(s, state, sizeof s);
        rounds(s, w);
        for (int i = 0; i < 8; i++)
            state[i] += s[i];
    }
}

static void compress_lanes_portable(uint32_t (*states)[8], const uint8_t *const *chunks, size_t n)
{
    for (int t = 0; t < SHA256_LANES; t++)
        compress_portable(states[t], chunks[t], n);
}

const struct sha256_kernel sha256_kernels[] = {
#ifdef SHA256_NI
    {"sha-ni", PROCESSOR_SHA, sha256_ni_compress, sha256_ni_compress_lanes},
#endif
    {"portable", 0, compress_portable, compress_lanes_portable},
    {NULL, 0, NULL, NULL},
};

/* The first that runs here. Threads that call it at the same time get the same answer. */
static const struct sha256_kernel *kernel(void)
{
    static _Atomic(const struct sha256_kernel *) chosen;
    const struct sha256_kernel *k = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (k)
        return k;
    for (k = sha256_kernels; !processor_has(k->needs); k++)
        ;
    atomic_store_explicit(&chosen, k, memory_order_relaxed);
    return k;
}

void sha256_compress(uint32_t state[8], const uint8_t *chunks, size_t n)
{
    kernel()->compress(state, chunks, n);
}

void sha256_init(struct sha256 *h)
{
    memcpy(h->state, initial, sizeof h->state);
    h->len = 0;
}

void sha256_update(struct sha256 *h, const void *data, size_t n)
{
    const uint8_t *p = data;
    size_t have = h->len % SHA256_CHUNK;
    h->len += n;
    if (have && have + n >= SHA256_CHUNK) {
        size_t fill = SHA256_CHUNK - have;
        memcpy(h->tail + have, p, fill);
        sha256_compress(h->state, h->tail, 1);
        p += fill;
        n -= fill;
        have = 0;
    }
    if (n >= SHA256_CHUNK) {
        sha256_compress(h->state, p, n / SHA256_CHUNK);
        p += n - n % SHA256_CHUNK;
        n %= SHA256_CHUNK;
    }
    if (n)
        memcpy(h->tail + have, p, n);
}

/* The padding of a text of len bytes, after the tail, its bytes after the last whole chunk: 0x80,
 * zeros, and the length in bits as the last eight bytes of a chunk. Gives the number of chunks. */
static size_t make_end(const void *tail, uint64_t len, uint8_t end[2 * SHA256_CHUNK])
{
    size_t have = len % SHA256_CHUNK;
    size_t chunks = have < SHA256_CHUNK - 8 ? 1 : 2;
    uint8_t *bits = end + chunks * SHA256_CHUNK - 8;
    memset(end, 0, 2 * SHA256_CHUNK);
    if (have)
        memcpy(end, tail, have);
    end[have] = 0x80;
    store_be(bits, (uint32_t)(len >> 29));
    store_be(bits + 4, (uint32_t)(len << 3));
    return chunks;
}

static void store_state(const uint32_t state[8], uint8_t out[SHA256_LEN])
{
    for (int i = 0; i < 8; i++)
        store_be(out + 4 * i, state[i]);
}

void sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN])
{
    uint8_t end[2 * SHA256_CHUNK];
    size_t chunks = make_end(h->tail, h->len, end);
    sha256_compress(h->state, end, chunks);
    store_state(h->state, out);
}

void sha256(const void *data, size_t n, uint8_t out[SHA256_LEN])
{
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, data, n);
    sha256_final(&h, out);
}

/* Runs the chunks that all texts have side by side, and the rest one text at a time. */
static void compress_unequal(uint32_t (*states)[8], const uint8_t *const *chunks, const size_t *n)
{
    size_t least = n[0];
    for (int t = 1; t < SHA256_LANES; t++)
        least = n[t] < least ? n[t] : least;
    if (least)
        kernel()->compress_lanes(states, chunks, least);
    for (int t = 0; t < SHA256_LANES; t++)
        if (n[t] > least)
            sha256_compress(states[t], chunks[t] + least * SHA256_CHUNK, n[t] - least);
}

static void hash_lanes(const struct sha256_text texts[SHA256_LANES])
{
    uint32_t states[SHA256_LANES][8];
    uint8_t ends[SHA256_LANES][2 * SHA256_CHUNK];
    const uint8_t *bodies[SHA256_LANES], *tails[SHA256_LANES];
    size_t whole[SHA256_LANES], rest[SHA256_LANES];
    for (int t = 0; t < SHA256_LANES; t++) {
        memcpy(states[t], initial, sizeof states[t]);
        bodies[t] = texts[t].data;
        tails[t] = ends[t];
        whole[t] = texts[t].len / SHA256_CHUNK;
        rest[t] = make_end(bodies[t] + whole[t] * SHA256_CHUNK, texts[t].len, ends[t]);
    }
    compress_unequal(states, bodies, whole);
    compress_unequal(states, tails, rest);
    for (int t = 0; t < SHA256_LANES; t++)
        store_state(states[t], texts[t].out);
}

void sha256_all(const struct sha256_text *texts, size_t n)
{
    size_t i = 0;
    for (; i + SHA256_LANES <= n; i += SHA256_LANES)
        hash_lanes(texts + i);
    for (; i < n; i++)
        sha256(texts[i].data, texts[i].len, texts[i].out);
}
