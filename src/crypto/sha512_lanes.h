/*
 * SHA-512 (FIPS 180-4) of LANES texts side by side: a part of ed25519_lanes.h, included after one
 * of the lanes_*.h.
 */
#ifndef CRYPTO_SHA512_LANES_H
#define CRYPTO_SHA512_LANES_H

#include "crypto/sha512_text.h"

#include <stdbool.h>
#include <string.h>

enum { SHA512_CHUNK = 128, SHA512_ROUNDS = 80, SHA512_WORDS = 16 };

static const uint64_t sha512_initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* --- Chunks of a text ------------------------------------------------------------------------- */

/* After the text, a bit and the length in 128 bits. */
static size_t sha512_chunks_of(const struct sha512_text *t)
{
    return (SHA512_HEAD + t->len + 1 + 16 + SHA512_CHUNK - 1) / SHA512_CHUNK;
}

static void sha512_end_text(const struct sha512_text *t, uint8_t last[SHA512_CHUNK])
{
    uint64_t bytes = SHA512_HEAD + t->len;
    last[SHA512_CHUNK - 9] = (uint8_t)(bytes >> 61);
    for (int i = 0; i < 8; i++)
        last[SHA512_CHUNK - 1 - i] = (uint8_t)(bytes << 3 >> 8 * i);
}

/* Chunk i of the text: in place, or put together in a buffer. */
static const uint8_t *sha512_chunk_of(const struct sha512_text *t, size_t i,
                                      uint8_t buffer[SHA512_CHUNK])
{
    size_t from = i * SHA512_CHUNK, all = SHA512_HEAD + t->len;
    size_t has = from < all ? all - from : 0;
    size_t head = i ? 0 : SHA512_HEAD;
    if (i && has >= SHA512_CHUNK)
        return t->body + from - SHA512_HEAD;
    memset(buffer, 0, SHA512_CHUNK);
    memcpy(buffer, t->head, head);
    size_t rest = (has < SHA512_CHUNK ? has : SHA512_CHUNK) - head;
    if (rest)
        memcpy(buffer + head, t->body + from + head - SHA512_HEAD, rest);
    if (from <= all && has < SHA512_CHUNK)
        buffer[has] = 0x80;
    if (i + 1 == sha512_chunks_of(t))
        sha512_end_text(t, buffer);
    return buffer;
}

/* --- Compression ------------------------------------------------------------------------------ */

#define SHA512_ROTATED(x, a, b, c)                                                                 \
    lanes_xor3(LANES_ROTATED(x, a), LANES_ROTATED(x, b), LANES_ROTATED(x, c))
#define SHA512_SHIFTED(x, a, b, c)                                                                 \
    lanes_xor3(LANES_ROTATED(x, a), LANES_ROTATED(x, b), LANES_SHIFTED(x, c))

LANES_INLINE lanes_vector sha512_add3(lanes_vector a, lanes_vector b, lanes_vector c)
{
    return lanes_sum(lanes_sum(a, b), c);
}

/* One round; s is a to h. */
LANES_INLINE void sha512_one_round(lanes_vector s[8], lanes_vector w, uint64_t k)
{
    lanes_vector choice = lanes_either(s[4], s[5], s[6]);
    lanes_vector majority = lanes_majority(s[0], s[1], s[2]);
    lanes_vector wk = lanes_sum(w, lanes_word(k));
    lanes_vector t1 = sha512_add3(lanes_sum(s[7], wk), choice, SHA512_ROTATED(s[4], 14, 18, 41));
    lanes_vector t2 = lanes_sum(majority, SHA512_ROTATED(s[0], 28, 34, 39));
    s[7] = s[6];
    s[6] = s[5];
    s[5] = s[4];
    s[4] = lanes_sum(s[3], t1);
    s[3] = s[2];
    s[2] = s[1];
    s[1] = s[0];
    s[0] = lanes_sum(t1, t2);
}

LANES_INLINE lanes_vector sha512_next_word(const lanes_vector w[SHA512_WORDS], int t)
{
    lanes_vector old = w[(t + 1) % SHA512_WORDS], new = w[(t + 14) % SHA512_WORDS];
    return lanes_sum(sha512_add3(w[t], w[(t + 9) % SHA512_WORDS], SHA512_SHIFTED(old, 1, 8, 7)),
                     SHA512_SHIFTED(new, 19, 61, 6));
}

/* w is the chunk, one word a vector. Only the lanes in the mask change. */
LANES_TARGET static void sha512_compress(lanes_vector state[8], lanes_vector w[SHA512_WORDS],
                                         lanes_mask lanes)
{
    lanes_vector s[8];
    for (int i = 0; i < 8; i++)
        s[i] = state[i];
    for (int t = 0; t < SHA512_ROUNDS; t += SHA512_WORDS) {
#pragma GCC unroll 16
        for (int i = 0; i < SHA512_WORDS; i++) {
            sha512_one_round(s, w[i], sha512_constants[t + i]);
            w[i] = sha512_next_word(w, i);
        }
    }
    for (int i = 0; i < 8; i++)
        state[i] = lanes_choose(lanes, lanes_sum(state[i], s[i]), state[i]);
}

/* The words of the chunks, one row for each lane. */
LANES_TARGET static void sha512_load(const uint8_t *const chunk[LANES],
                                     lanes_vector w[SHA512_WORDS])
{
    for (int at = 0; at < SHA512_WORDS; at += LANES) {
        for (int i = 0; i < LANES; i++)
            w[at + i] = lanes_big_endian(lanes_load(chunk[i] + 8 * at));
        lanes_transpose(w + at);
    }
}

/* out[i][lane] is word i of the lane's hash, read as eight little-endian numbers. */
LANES_TARGET static void sha512_lanes(const struct sha512_text text[LANES], uint64_t out[8][LANES])
{
    static const uint8_t nothing[SHA512_CHUNK];
    uint8_t rooms[LANES][SHA512_CHUNK];
    const uint8_t *chunk[LANES];
    lanes_vector state[8], w[SHA512_WORDS];
    unsigned lanes = 1;
    for (int i = 0; i < 8; i++)
        state[i] = lanes_word(sha512_initial[i]);
    for (size_t n = 0; lanes; n++) {
        lanes = 0;
        for (int i = 0; i < LANES; i++) {
            bool has = n < sha512_chunks_of(&text[i]);
            lanes |= (unsigned)has << i;
            chunk[i] = has ? sha512_chunk_of(&text[i], n, rooms[i]) : nothing;
        }
        sha512_load(chunk, w);
        sha512_compress(state, w, (lanes_mask)lanes);
    }
    for (int i = 0; i < 8; i++)
        lanes_store(out[i], lanes_big_endian(state[i]));
}

#endif
